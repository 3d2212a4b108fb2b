//! What cells mean to each other. Many cases are after evcxr's integration tests and its tour, in our own words;
//! `docs/kernel-differences.md` says where the two differ.

use gradus_engine::CellErrorKind;

use crate::support::{Notebook, Seen, plain};

#[test]
fn a_moved_variable_is_gone_and_the_error_says_where_to() {
    let mut notebook = Notebook::new();
    notebook.ok("let a = Some(\"foo\".to_owned());");
    assert_eq!(notebook.variables(), ["a: Option<String>"]);
    assert_eq!(notebook.value("a.unwrap()"), "\"foo\"");
    assert!(notebook.variables().is_empty());
    let error = notebook.error("a.is_some()");
    assert_eq!(error.name, "E0425");
    assert!(plain(&error).contains("cell [2] moved its value away"), "{}", plain(&error));
}

#[test]
fn a_variable_that_is_moved_and_assigned_again_stays() {
    let mut notebook = Notebook::new();
    notebook.ok("use ndarray::prelude::*; let mut w = Array1::<f64>::ones(2); let g = Array1::<f64>::ones(2);");
    notebook.ok("w = w - &g * 0.5;");
    assert_eq!(notebook.value("w.sum()"), "1.0");
}

#[test]
fn a_shadowed_variable_takes_the_new_type() {
    let mut notebook = Notebook::new();
    notebook.ok("let sh = 1;");
    assert_eq!(notebook.value("let sh = \"txt\"; sh.len()"), "3");
    assert_eq!(notebook.value("sh"), "\"txt\"");
    notebook.ok("let sh = sh.len() + 1;");
    assert_eq!(notebook.value("sh"), "4");
}

#[test]
fn patterns_make_variables() {
    let mut notebook = Notebook::new();
    notebook.ok("let _ = 1; let (x, ..) = (42, 43, 44); let [a, .., mut b] = [1, 2, 3]; struct P { u: u8 } let P { u } = P { u: 7 };\nlet Some(y) = Some(1.5) else { panic!() };");
    notebook.ok("b += 1;");
    assert_eq!(notebook.value("(x, a, b, u, y)"), "(42, 1, 4, 7, 1.5)");
}

#[test]
fn question_marks_end_a_cell_or_give_the_value() {
    let mut notebook = Notebook::new();
    assert_eq!(notebook.value("let n: i32 = \"12\".parse()?; n"), "12");
    let error = notebook.error("\"12x\".parse::<i32>()?;");
    assert_eq!((error.kind, error.name.as_str()), (CellErrorKind::Panic, "ParseIntError"));
    notebook.ok("mod foo { pub mod bar { pub struct Baz {} impl Baz { pub fn r42(&self) -> i32 { 42 } } } }\nfn create_baz() -> Result<Option<foo::bar::Baz>, i32> { Ok(Some(foo::bar::Baz {})) }");
    notebook.ok("let v1 = create_baz()?;");
    notebook.ok("let v2 = create_baz()?;");
    assert_eq!(notebook.value("v1.unwrap().r42() + v2.unwrap().r42()"), "84");
}

#[test]
fn awaits_are_waited_for() {
    let mut notebook = Notebook::new();
    assert_eq!(notebook.value("async fn f() -> i32 { 41 } f().await + 1"), "42");
    notebook.ok("let later = f().await;");
    assert_eq!(notebook.value("later"), "41");
    assert_eq!(notebook.error("async { Err::<(), _>(\"no\") }.await?;").message, "\"no\"");
}

#[test]
fn macros_and_imports_stay() {
    let mut notebook = Notebook::new();
    notebook.ok("macro_rules! sq { ($e:expr) => { twice($e) * $e } } // a comment\nfn twice(x: i32) -> i32 { 2 * x }");
    assert_eq!(notebook.value("sq!(7)"), "98");
    notebook.ok("fn later() -> i32 { sq!(2) }");
    assert_eq!(notebook.value("later()"), "8");
    notebook.ok("use std::collections::HashMap;");
    assert_eq!(
        notebook.value("let mut h: HashMap<String, i32> = HashMap::new(); h.insert(\"a\".into(), 1); h.len()"),
        "1"
    );
    assert_eq!(notebook.error("use this::will::fail;").name, "E0433");
    assert_eq!(notebook.value("h.len()"), "1");
}

#[test]
fn imports_from_the_notebooks_own_modules() {
    let mut notebook = Notebook::new();
    notebook.ok("mod foo { pub struct Bar {} impl Bar { pub fn result() -> i32 { 42 } pub fn new() -> Bar { Bar {} } }\n pub struct Baz {} pub trait Foo { fn do_foo(&self) -> i32 { 42 } } impl Foo for Bar {}\n pub mod s1 { pub fn f1() {} } pub mod s2 { pub fn f2() {} } }\nuse std::iter::Iterator as _; use foo::Foo as _; use foo::s1::*; use foo::s2::*; use foo::Bar;");
    assert_eq!(notebook.value("use foo::Bar as _; Bar::result()"), "42");
    assert_eq!(notebook.value("use foo::{Bar, Baz}; f1(); f2(); Bar::new().do_foo()"), "42");
}

#[test]
fn a_redefined_function_is_seen_by_its_callers() {
    let mut notebook = Notebook::new();
    notebook.ok("fn rf() -> i32 { 1 } fn call_rf() -> i32 { rf() }");
    notebook.ok("fn call_call_rf() -> i32 { call_rf() * 10 }");
    assert_eq!(notebook.value("call_call_rf()"), "10");
    notebook.ok("fn rf() -> i32 { 2 }");
    assert_eq!(notebook.value("call_rf()"), "2");
    assert_eq!(notebook.value("call_call_rf()"), "20");
    // The new one may use what the old caller stands beside.
    notebook.ok("fn rf() -> i32 { if false { call_rf() } else { 3 } }");
    assert_eq!(notebook.value("call_call_rf()"), "30");
}

#[test]
fn functions_of_one_cell_see_each_other() {
    let mut notebook = Notebook::new();
    assert_eq!(notebook.value("fn a1() -> i32 { b1() + 1 } fn b1() -> i32 { 1 } a1()"), "2");
}

#[test]
fn implementations_may_come_later_and_again() {
    let mut notebook = Notebook::new();
    notebook.ok("trait Shape { fn area(&self) -> f64; } #[derive(Debug)] struct Sq(f64);");
    notebook.ok("let old = Sq(2.0);");
    notebook.ok("impl Shape for Sq { fn area(&self) -> f64 { self.0 * self.0 } }");
    assert_eq!(notebook.value("Sq(3.0).area()"), "9.0");
    assert_eq!(notebook.value("old.area()"), "4.0");
    notebook.ok("impl Sq { fn side(&self) -> f64 { self.0 } fn twice(&self) -> f64 { helper(self.0) } }\nfn helper(x: f64) -> f64 { 2.0 * x }");
    assert_eq!(notebook.value("old.side() + old.twice()"), "6.0");
    notebook.ok("impl Sq { fn side(&self) -> f64 { -self.0 } }");
    assert_eq!(notebook.value("old.side() + old.twice()"), "2.0");
    notebook.ok("impl Shape for Sq { fn area(&self) -> f64 { 1.0 } }");
    assert_eq!(notebook.value("old.area()"), "1.0");
    notebook.ok("impl Shape for Vec<f64> { fn area(&self) -> f64 { self.len() as f64 } }");
    assert_eq!(notebook.value("vec![0.0; 5].area()"), "5.0");
    assert_eq!(notebook.value("old"), "Sq(2.0)");
}

#[test]
fn values_of_a_redefined_type_are_dropped_and_never_read() {
    let mut notebook = Notebook::new();
    notebook.ok("struct Q { a: u64, b: u64 } struct Holder { q: Q } let q_old = Q { a: 0x41414141, b: 7 }; let holder = Holder { q: Q { a: 1, b: 2 } }; let other = 5u64;");
    assert_eq!(notebook.value("struct Q { a: u64, b: &'static u64 } 5"), "5");
    assert!(notebook.stderr().contains("`holder`, `q_old`"), "{}", notebook.stderr());
    let error = notebook.error("*q_old.b");
    assert!(plain(&error).contains("its type has been defined again"), "{}", plain(&error));
    assert_eq!(notebook.value("let holder = Holder { q: Q { a: 1, b: &9 } }; *holder.q.b"), "9");
    assert_eq!(notebook.value("*holder.q.b + other"), "14");
}

#[test]
fn a_cell_with_a_type_can_be_run_again() {
    let mut notebook = Notebook::new();
    let cell = "struct Net { w: f64 }\nimpl Net { fn new() -> Self { Net { w: 1.5 } } fn forward(&self) -> f64 { self.w } }\nlet net = Net::new();";
    notebook.ok(cell);
    notebook.ok(cell);
    assert_eq!(notebook.value("net.forward()"), "1.5");
}

#[test]
fn what_cannot_be_kept_is_run_and_named() {
    let mut notebook = Notebook::new();
    assert_eq!(notebook.value("let add1 = |x: i32| x + 1; add1(2)"), "3");
    assert!(
        notebook.stderr().contains("`add1` is not kept for later cells: a closure's type has no name"),
        "{}",
        notebook.stderr()
    );
    notebook.ok("let owner = vec![1, 2, 3]; let slice = &owner[1..];");
    assert!(
        notebook.stderr().contains("`slice` is not kept for later cells: it refers to other variables"),
        "{}",
        notebook.stderr()
    );
    assert_eq!(notebook.value("owner.len()"), "3");
    assert_eq!(notebook.error("slice.len()").name, "E0425");
    notebook.ok("let boxed: Box<dyn Fn(i32) -> i32> = Box::new(|x| x + 1);");
    assert_eq!(notebook.value("boxed(1)"), "2");
}

#[test]
fn types_that_only_rustc_knows_are_kept() {
    let mut notebook = Notebook::new();
    notebook.ok("let mut acc = Vec::new(); acc.push(1.5f32);");
    assert_eq!(notebook.value("acc.push(2.5); acc.len()"), "2");
    notebook.ok("use rand::SeedableRng; let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1); let v: Vec<_> = (1..10).collect(); let empty = std::path::PathBuf::new();");
    assert_eq!(notebook.value("use rand::Rng; rng.random_range(0..1) + v.len() + empty.as_os_str().len()"), "9");
    notebook.ok("use std::cell::RefCell; use std::rc::Rc; let r: Rc<RefCell<String>> = Rc::new(RefCell::new(String::new())); let r2 = Rc::clone(&r);");
    notebook.ok("r.borrow_mut().push_str(\"f\"); let s = \"oo\";");
    assert_eq!(notebook.value("r.borrow_mut().push_str(s); let text = r2.borrow().clone(); text"), "\"foo\"");
}

#[test]
fn values_show_themselves() {
    let mut notebook = Notebook::new();
    notebook.ok("struct Rich; impl Rich { pub fn evcxr_display(&self) { println!(\"EVCXR_BEGIN_CONTENT text/html\\n<b>hi</b>\\nEVCXR_END_CONTENT\"); } }");
    notebook.ok("Rich");
    let seen = notebook.seen();
    let [Seen::Display(2, data, None, false)] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(data["text/html"], "<b>hi</b>");
    assert!(notebook.value("struct Plain; Plain").contains("Plain"));
    assert_eq!(notebook.value("if true { 1 } else { 2 }"), "1");
    assert_eq!(notebook.run("()").unwrap().value, None);
    assert_eq!(notebook.run("for i in 0..3 {}").unwrap().value, None);
    notebook.ok("gradus_nn::pictures::loss_curves(&[(\"SGD\", &[2.3, 1.7])])");
    let seen = notebook.seen();
    let [Seen::Display(_, picture, None, false)] = &seen[..] else { panic!("{seen:?}") };
    assert!(picture["image/svg+xml"].starts_with("<svg"));
    // Shown where it stands, from a macro that a Rust file may have among its items.
    notebook.ok("fn picture() -> gradus_nn::pictures::Picture { gradus_nn::pictures::loss_curves(&[(\"SGD\", &[2.3, 1.7])]) }\nshow!(picture());");
    let seen = notebook.seen();
    let [Seen::Display(_, picture, None, false)] = &seen[..] else { panic!("{seen:?}") };
    assert!(picture["image/svg+xml"].starts_with("<svg"));
    notebook.ok("show_named(\"bar\", \"text/html\", \"<b>1</b>\"); show_again(\"bar\", \"text/html\", \"<b>2</b>\"); clear_output_on_next();");
    assert!(
        matches!(&notebook.seen()[..], [Seen::Display(_, _, Some(a), false), Seen::Display(_, _, Some(b), true), Seen::Clear(_, true)] if a == "bar" && b == "bar")
    );
}

#[test]
fn commands_answer() {
    let mut notebook = Notebook::new();
    notebook.ok("let mut n = 1u8;");
    assert_eq!(notebook.value(":vars"), "mut n: u8");
    assert_eq!(notebook.value(":type n as f32 * 2.0"), "f32");
    assert!(notebook.value(":explain E0382").contains("moved"));
    assert_eq!(notebook.value(":opt 2\nn + 1"), "2");
    assert_eq!(notebook.value(":timing"), "Timing: true");
    notebook.ok("n += 1;");
    let times = notebook.seen();
    assert!(matches!(&times[..], [Seen::Stderr(_, text)] if text.starts_with("items 0 ms, statements ")), "{times:?}");
    assert_eq!(notebook.value(":timing"), "Timing: false");
    assert!(notebook.value(":help").contains(":undo"));
    let error = notebook.error(":nonsense");
    assert_eq!((error.kind, error.name.as_str()), (CellErrorKind::Command, ":nonsense"));
    notebook.ok(":clear");
    assert_eq!(notebook.error("n").name, "E0425");
}

#[test]
fn a_crate_can_be_added() {
    let mut notebook = Notebook::new();
    // A crate that this workspace has, so that cargo need not ask anybody for it.
    notebook.ok(":dep either = \"1\"\nlet side: either::Either<i32, u8> = either::Left(3);");
    notebook.ok("fn left(side: either::Either<i32, u8>) -> i32 { side.left_or(0) }");
    assert_eq!(notebook.value("left(side) + 1"), "4");
    notebook.ok(":dep either = \"1\"");
    let error = notebook.error(":dep ndarray = \"0.15\"");
    assert!(error.message.contains("this notebook comes with ndarray 0.17"), "{error}");
}

#[test]
fn comments_and_nothing_are_cells_too() {
    let mut notebook = Notebook::new();
    for code in
        ["", "  \n", "// only a comment", "/* block\n comment */", "1 // at the end", "let σ = \"日本 🦀\"; // 🦀"]
    {
        notebook.ok(code);
    }
    assert_eq!(notebook.value("σ.chars().count()"), "4");
}

#[test]
fn a_warning_is_shown_once() {
    let mut notebook = Notebook::new();
    notebook.ok("fn unanswered(x: i32) -> i32 { todo!(\"question 2\") }");
    assert!(!notebook.stderr().contains("unused"), "{}", notebook.stderr());
    assert_eq!(notebook.value("fn unused_arg(x: i32) -> i32 { let y = 1; 2 }\nunused_arg(1)"), "2");
    assert!(notebook.stderr().contains("unused variable: `y`"), "{}", notebook.stderr());
    assert_eq!(notebook.value("unused_arg(1)"), "2");
    assert_eq!(notebook.stderr(), "");
}

#[test]
fn the_students_functions_are_checked_and_todo_names_the_question() {
    let mut notebook = Notebook::new();
    notebook.ok("use ndarray::{Array1, Array2, Axis};\npub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> { todo!(\"softmax: question 5\") }");
    notebook.ok("gradus_assignments::check!(softmax, predict);");
    let seen = notebook.seen();
    let [Seen::Display(_, table, None, false)] = &seen[..] else { panic!("{seen:?}") };
    assert!(table["text/plain"].contains("predict: 0 of") && table["text/html"].contains("<table"), "{table:?}");
    let error = notebook.error("predict(&Array2::zeros((2, 2)), &Array2::zeros((2, 2)))");
    assert!(plain(&error).contains("This part is still to be written: softmax: question 5"), "{}", plain(&error));
    assert!(plain(&error).contains("[1]:2:"), "{}", plain(&error));
}
