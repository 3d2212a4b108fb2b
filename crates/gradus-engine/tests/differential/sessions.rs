//! The notebooks, and what is to be seen of each cell in each engine.
//!
//! How a cell ended comes first: `well`, with the value, or an error's kind and name; then what it displayed and printed.

/// A notebook.
pub struct Session {
    pub name: &'static str,
    pub cells: &'static [Step],
}

/// A cell.
pub struct Step {
    pub code: &'static str,
    pub ours: &'static str,
    pub evcxr: &'static str,
    /// Why the engines differ, if they do.
    pub reason: Option<&'static str>,
    /// Whether the user interrupts it once it has printed something.
    pub interrupted: bool,
}

/// A cell of which the same is seen.
const fn same(code: &'static str, seen: &'static str) -> Step {
    Step { code, ours: seen, evcxr: seen, reason: None, interrupted: false }
}

/// A cell where the engines differ.
const fn differs(code: &'static str, ours: &'static str, evcxr: &'static str, reason: &'static str) -> Step {
    Step { code, ours, evcxr, reason: Some(reason), interrupted: false }
}

/// A cell that the user interrupts.
const fn interrupted(code: &'static str, seen: &'static str) -> Step {
    Step { code, ours: seen, evcxr: seen, reason: None, interrupted: true }
}

const PANIC_KEEPS: &str = "a panic undoes the whole cell here; in evcxr what it did to older variables stays";
const PANIC_MOVES: &str = "a panic undoes the whole cell here; in evcxr a variable that the cell moved is gone";
const PROCESS_LOST: &str = "a checkpoint keeps the variables here; in evcxr they end with the process";
const UNNAMEABLE: &str = "the cell runs here, and the variable is not kept; evcxr refuses the cell";
const NO_DEBUG: &str = "a value without `Debug` shows its type's name here; in evcxr it is an error";
const CONTENT: &str = "what `evcxr_display` prints is shown below the cell here; in evcxr it is the cell's value";
const NUMBER: &str =
    "evcxr calls a method on the value to show it, which rustc refuses for a variable whose integer type is open";
const SIGNATURE: &str = "an old caller is compiled when it is next used here; evcxr compiles all items with every cell";

pub const SESSIONS: &[Session] = &[
    Session {
        name: "variables",
        cells: &[
            same("let mut a = 34; let b = 8;", "well"),
            same("a = a + b;", "well"),
            same("a", "well: 42"),
            same("b = 2;", "Compile E0384"),
            same("(a, b)", "well: (42, 8)"),
        ],
    },
    Session {
        name: "shadowing",
        cells: &[
            same("let sh = 1;", "well"),
            same("let sh = \"txt\"; sh.len()", "well: 3"),
            same("sh", "well: \"txt\""),
            same("let sh = sh.len() + 1;", "well"),
            same("sh", "well: 4"),
        ],
    },
    Session {
        name: "moved variables",
        cells: &[
            same("let given = Some(String::from(\"x\"));", "well"),
            same("let taken = given;", "well"),
            same("given.is_some()", "Compile E0425"),
            same("taken.unwrap()", "well: \"x\""),
            same("taken", "Compile E0425"),
        ],
    },
    Session {
        name: "redefined functions",
        cells: &[
            same("fn rate() -> f64 { 0.5 } fn step(x: f64) -> f64 { x - rate() }", "well"),
            same("step(2.0)", "well: 1.5"),
            same("fn rate() -> f64 { 0.25 }", "well"),
            same("step(2.0)", "well: 1.75"),
            differs("fn rate() -> i32 { 1 }", "well", "Compile E0277", SIGNATURE),
        ],
    },
    Session {
        name: "structs and enums",
        cells: &[
            same("#[derive(Debug, Clone, PartialEq)] struct Point { x: f64, y: f64 }", "well"),
            same("let p = Point { x: 1.0, y: 2.5 };", "well"),
            same("p.x + p.y", "well: 3.5"),
            same("p.clone()", "well: Point { x: 1.0, y: 2.5 }"),
            same("#[derive(Debug)] enum Kind { Low, High(u8) } let kind = Kind::High(3);", "well"),
            same("match &kind { Kind::Low => 0, Kind::High(n) => *n }", "well: 3"),
            same("let silent: Box<dyn Fn()> = Box::new(|| ());", "well"),
            differs("silent", "well: <alloc::boxed::Box<dyn core::ops::function::Fn()>>", "Compile E0277", NO_DEBUG),
        ],
    },
    Session {
        name: "later implementations",
        cells: &[
            same("trait Shape { fn area(&self) -> f64; } #[derive(Debug)] struct Square(f64);", "well"),
            same("let old = Square(2.0);", "well"),
            same("impl Shape for Square { fn area(&self) -> f64 { self.0 * self.0 } }", "well"),
            same("Square(3.0).area()", "well: 9.0"),
            same("impl Square { fn side(&self) -> f64 { self.0 } }", "well"),
            same("Square(3.0).side()", "well: 3.0"),
            same("old.side() + old.area()", "well: 6.0"),
        ],
    },
    Session {
        name: "closures",
        cells: &[
            same("let n = 10; let add: Box<dyn Fn(i32) -> i32> = Box::new(move |x| x + n);", "well"),
            same("add(5)", "well: 15"),
            differs("let twice = |x: i32| x * 2; twice(4)", "well: 8", "Compile error", UNNAMEABLE),
            same("{ let twice = |x: i32| x * 2; twice(4) }", "well: 8"),
        ],
    },
    Session {
        name: "generics",
        cells: &[
            same(
                "fn largest<T: PartialOrd + Copy>(list: &[T]) -> Option<T> { list.iter().copied().reduce(|a, b| if b > a { b } else { a }) }",
                "well",
            ),
            same("largest(&[1, 7, 3])", "well: Some(7)"),
            same("largest::<f64>(&[])", "well: None"),
            same(
                "#[derive(Debug)] struct Stack<T> { items: Vec<T> } impl<T> Stack<T> { fn push(mut self, item: T) -> Self { self.items.push(item); self } }",
                "well",
            ),
            same("let stack = Stack { items: vec![1u8] }.push(2);", "well"),
            same("stack", "well: Stack { items: [1, 2] }"),
        ],
    },
    Session {
        name: "question mark",
        cells: &[
            same("let n: i32 = \"12\".parse()?; n", "well: 12"),
            same(
                "fn half(n: i32) -> Result<i32, String> { if n % 2 == 0 { Ok(n / 2) } else { Err(format!(\"{n} is odd\")) } }",
                "well",
            ),
            same("let h = half(n)?;", "well"),
            same("h", "well: 6"),
            differs(
                "let bad = half(h + 1)?;",
                "Panic String",
                "Panic error",
                "evcxr does not tell the type of an error that ended a cell",
            ),
            same("bad", "Compile E0425"),
            same("n", "well: 12"),
        ],
    },
    Session {
        name: "strings",
        cells: &[
            same("let mut text = String::from(\"gräd\"); text.push_str(\"us\");", "well"),
            same("text.chars().rev().collect::<String>()", "well: \"sudärg\""),
            same("text.len()", "well: 7"),
            same("let words: Vec<&str> = \"a b c\".split(' ').collect(); words.join(\"-\")", "well: \"a-b-c\""),
            same("format!(\"{text:>8}|{:.2}\", 1.0 / 3.0)", "well: \"  grädus|0.33\""),
        ],
    },
    Session {
        name: "options and results",
        cells: &[
            same("let some = Some(3); let none: Option<i32> = None;", "well"),
            same("some.map(|n| n * 2)", "well: Some(6)"),
            same("none.unwrap_or(7)", "well: 7"),
            same("\"x\".parse::<u8>().is_err()", "well: true"),
            same("\"300\".parse::<u8>()", "well: Err(ParseIntError { kind: PosOverflow })"),
            same("if let Some(n) = some { n } else { 0 }", "well: 3"),
        ],
    },
    Session {
        name: "ndarray",
        cells: &[
            same("use ndarray::prelude::*;\nlet a = Array2::<f64>::from_elem((2, 3), 1.5);", "well"),
            same("a.sum()", "well: 9.0"),
            same("let b = a.dot(&a.t());", "well"),
            same("b.dim()", "well: (2, 2)"),
            same("b", "well: Array2<f64>, shape [2, 2]\n6.75  6.75\n6.75  6.75"),
            same("let c = &a + 1.0; c.mean_axis(Axis(0)).unwrap()[0]", "well: 2.5"),
            same("gradus_nn::activations::relu_forward(&array![-1.0, 2.0]).0.sum()", "well: 2.0"),
        ],
    },
    Session {
        name: "a compile error keeps variables",
        cells: &[
            same("let kept = vec![1, 2, 3];", "well"),
            same("let wrong: i32 = \"text\";", "Compile E0308"),
            same("let new = kept; let wrong: u8 = new;", "Compile E0308"),
            same("kept.iter().sum::<i32>()", "well: 6"),
            same("wrong", "Compile E0425"),
            same("let x = ;", "Syntax error"),
            same("kept.len()", "well: 3"),
        ],
    },
    Session {
        name: "a panic",
        cells: &[
            same("let mut list = vec![1]; let given = String::from(\"x\"); let other = 5;", "well"),
            same("let new = 1; list.push(2); let taken = given; panic!(\"boom\");", "Panic panic"),
            differs("list", "well: [1]", "well: [1, 2]", PANIC_KEEPS),
            same("new", "Compile E0425"),
            differs("given", "well: \"x\"", "Compile E0425", PANIC_MOVES),
            same("other", "well: 5"),
            same("[1, 2, 3][list.len() + 7]", "Panic panic"),
            same("std::panic::catch_unwind(|| panic!(\"caught\")).is_err()", "well: true"),
        ],
    },
    Session {
        name: "the end of the process",
        cells: &[
            same("let kept = 5; fn seven() -> i32 { 7 }", "well"),
            same("std::process::exit(3);", "Died exit"),
            differs("kept", "well: 5", "Compile E0425", PROCESS_LOST),
            same("seven()", "well: 7"),
            same("std::process::abort();", "Died abort"),
            same("panic!(\"still told\");", "Panic panic"),
        ],
    },
    Session {
        name: "an interrupt",
        cells: &[
            same("let kept = 5; fn seven() -> i32 { 7 }", "well"),
            interrupted(
                "println!(\"on\"); loop { std::thread::sleep(std::time::Duration::from_millis(1)); }",
                "Interrupted interrupted; prints \"on\\n\"",
            ),
            differs("kept", "well: 5", "Compile E0425", PROCESS_LOST),
            same("let kept = seven(); kept", "well: 7"),
        ],
    },
    Session {
        name: "statements, then a value",
        cells: &[
            same("let x = 3; let y = x * x; y + 1", "well: 10"),
            same("let z = { let t = y; t + 1 }; z", "well: 10"),
            same("if z > 5 { \"big\" } else { \"small\" }", "well: \"big\""),
            same("();", "well"),
            same("z;", "well"),
            same("// only a comment", "well"),
        ],
    },
    Session {
        name: "loops",
        cells: &[
            same("let mut sum = 0;\nfor i in 1..=10 { sum += i; }", "well"),
            same("sum", "well: 55"),
            same("while sum > 10 { sum /= 2; }", "well"),
            same("sum", "well: 6"),
            same("let found = loop { sum += 1; if sum % 5 == 0 { break sum * 100; } }; found", "well: 1000"),
            same("let squares: Vec<i32> = (1..4).map(|n| n * n).collect();", "well"),
            same("squares", "well: [1, 4, 9]"),
        ],
    },
    Session {
        name: "numbers without a type",
        cells: &[
            same("let mut count = 1; count += 1; count + 1", "well: 3"),
            differs("let mut total = 0; total += 4; total", "well: 4", "Compile error", NUMBER),
            same("let mut total = 0i64; total += 4; total", "well: 4"),
            same("2.5", "well: 2.5"),
        ],
    },
    Session {
        name: "macros",
        cells: &[
            same("macro_rules! square { ($e:expr) => { $e * $e } }", "well"),
            same("square!(7)", "well: 49"),
            same("macro_rules! square { ($e:expr) => { ($e) * ($e) + 1 } }", "well"),
            same("square!(2)", "well: 5"),
        ],
    },
    Session {
        name: "imports and modules",
        cells: &[
            same("use std::collections::BTreeMap;", "well"),
            same("let mut ages = BTreeMap::new(); ages.insert(\"Ada\", 36); ages", "well: {\"Ada\": 36}"),
            same(
                "mod shapes { pub struct Disc(pub f64); impl Disc { pub fn area(&self) -> f64 { 3.0 * self.0 * self.0 } } }",
                "well",
            ),
            same("use shapes::Disc;", "well"),
            same("Disc(2.0).area()", "well: 12.0"),
            same("use shapes::Cube;", "Compile E0432"),
            same("ages.len()", "well: 1"),
        ],
    },
    Session {
        name: "output",
        cells: &[
            same("println!(\"one\"); println!(\"two\");", "well; prints \"one\\ntwo\\n\""),
            same("print!(\"no end\");", "well; prints \"no end\""),
            same("print!(\"a\"); println!(\"b\"); print!(\"c\"); 5", "well: 5; prints \"ab\\nc\""),
            same("for i in 0..3 { print!(\"{i},\"); }", "well; prints \"0,1,2,\""),
            same("println!(\"before\"); panic!(\"after\");", "Panic panic; prints \"before\\n\""),
            same("println!();", "well; prints \"\\n\""),
        ],
    },
    Session {
        name: "values that show themselves",
        cells: &[
            same(
                "struct Rich; impl Rich { pub fn evcxr_display(&self) { println!(\"EVCXR_BEGIN_CONTENT text/html\\n<b>hi</b>\\nEVCXR_END_CONTENT\"); } }",
                "well",
            ),
            differs("Rich", "well; display text/html <b>hi</b>", "well: text/html <b>hi</b>", CONTENT),
            same("show_as(\"text/html\", \"<i>1</i>\");", "well; display text/html <i>1</i>"),
            same("()", "well"),
        ],
    },
    Session {
        name: "iterators and references",
        cells: &[
            same("let owner = vec![1, 2, 3];", "well"),
            differs("let slice = &owner[1..];", "well", "Compile error", UNNAMEABLE),
            same("{ let slice = &owner[1..]; slice.len() }", "well: 2"),
            same("let shared = std::rc::Rc::new(std::cell::RefCell::new(1)); let second = shared.clone();", "well"),
            same("*shared.borrow_mut() += 5;", "well"),
            same("*second.borrow()", "well: 6"),
        ],
    },
];
