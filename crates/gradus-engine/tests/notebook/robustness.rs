//! Cells that end badly, and what is left after them.

use std::fs;

use gradus_engine::{CellErrorKind, Engine};

use crate::support::{Notebook, library_root};

fn notebook_with_a_variable() -> Notebook {
    let mut notebook = Notebook::new();
    notebook.ok("let mut kept = vec![1, 2];");
    notebook
}

#[test]
fn the_process_may_end_and_nothing_is_lost() {
    let mut notebook = notebook_with_a_variable();
    for (code, name) in [
        ("kept.push(3); std::process::exit(3);", "exit"),
        ("kept.push(3); std::process::abort();", "abort"),
        ("unsafe { std::ptr::null_mut::<i32>().write_volatile(1); }", "segmentation fault"),
        (
            "#[inline(never)] fn rec(n: u64) -> u64 { let a = std::hint::black_box([n; 512]); rec(n + 1) + a[3] }\nrec(0)",
            "stack overflow",
        ),
    ] {
        let error = notebook.error(code);
        assert_eq!((error.kind, error.name.as_str()), (CellErrorKind::Died, name), "{error}");
        assert_eq!(notebook.value("kept"), "[1, 2]", "after {name}");
    }
    assert!(notebook.error("let v: Vec<u8> = Vec::with_capacity(1usize << 62); v.len()").message.contains("memory"));
    assert_eq!(notebook.value("kept"), "[1, 2]");
}

#[test]
fn an_endless_loop_is_stopped_and_nothing_is_lost() {
    let mut notebook = notebook_with_a_variable();
    let interrupter = notebook.engine.interrupter();
    let cell = "kept.push(3);\nprintln!(\"on\");\nloop { std::hint::spin_loop(); }";
    let outcome = notebook.run_while(cell, true, || interrupter.interrupt());
    assert_eq!(outcome.unwrap_err().kind, CellErrorKind::Interrupted);
    assert_eq!(notebook.stdout(), "on\n");
    assert_eq!(notebook.value("kept"), "[1, 2]");
}

#[test]
fn an_interrupt_of_nothing_does_nothing() {
    let mut notebook = notebook_with_a_variable();
    notebook.engine.interrupter().interrupt();
    assert_eq!(notebook.value("kept"), "[1, 2]");
}

#[test]
fn the_last_cell_can_be_undone() {
    let mut notebook = notebook_with_a_variable();
    notebook.ok("kept.push(3); let other = 1; fn f() -> i32 { 1 }");
    notebook.ok(":undo");
    assert_eq!(notebook.value("kept"), "[1, 2]");
    assert_eq!(notebook.variables(), ["kept: Vec<i32>"]);
    notebook.ok("kept.push(4);");
    assert_eq!(notebook.error("let = 1;").kind, CellErrorKind::Syntax);
    notebook.ok(":undo");
    assert_eq!(notebook.value("kept"), "[1, 2]");
    assert_eq!(notebook.error("f()").name, "E0425");
}

#[test]
fn statics_keep_their_state() {
    let mut notebook = Notebook::new();
    notebook.ok("use std::sync::atomic::{AtomicUsize, Ordering}; static COUNTER: AtomicUsize = AtomicUsize::new(0); COUNTER.fetch_add(5, Ordering::SeqCst);");
    assert_eq!(notebook.value("COUNTER.fetch_add(1, Ordering::SeqCst); COUNTER.load(Ordering::SeqCst)"), "6");
    notebook.error("COUNTER.fetch_add(1, Ordering::SeqCst); panic!()");
    assert_eq!(notebook.value("COUNTER.load(Ordering::SeqCst)"), "6");
}

#[test]
fn threads_live_on_and_their_output_comes_late() {
    let mut notebook = Notebook::new();
    notebook.ok("use std::sync::{Arc, Mutex}; let n = Arc::new(Mutex::new(0)); let m = n.clone();\nstd::thread::spawn(move || { std::thread::sleep(std::time::Duration::from_millis(300)); *m.lock().unwrap() += 1; println!(\"late\"); });");
    assert!(notebook.wait_for_stdout("late\n"));
    assert_eq!(notebook.value("*n.lock().unwrap()"), "1");
    notebook.ok("std::thread::spawn(|| loop { std::thread::sleep(std::time::Duration::from_secs(1)); });");
    notebook.error("panic!()");
    assert!(notebook.stderr().contains("1 thread of earlier cells ended"), "{}", notebook.stderr());
}

#[test]
fn the_librarys_threads_are_there_after_a_cell_that_failed() {
    let mut notebook = Notebook::new();
    notebook.ok("use gradus_nn::conv::{ConvParams, conv_forward}; use ndarray::prelude::*;\ngradus_nn::set_threads(2);\nlet x = Array4::<f32>::ones((16, 8, 32, 32)); let w = Array4::<f32>::ones((8, 8, 3, 3)); let b = Array1::<f32>::zeros(8);");
    let sum = "conv_forward(&x, &w, &b, ConvParams::new(1, 1)).0.sum()";
    let expected = notebook.value(sum);
    assert_eq!(notebook.error(&format!("{sum}; panic!(\"here\")")).message, "here");
    assert_eq!(notebook.stderr(), "", "nobody started a thread");
    assert_eq!(notebook.value(sum), expected);
    let interrupter = notebook.engine.interrupter();
    let endless = format!("println!(\"on\"); loop {{ let _ = {sum}; }}");
    let outcome = notebook.run_while(&endless, true, || interrupter.interrupt());
    assert_eq!(outcome.unwrap_err().kind, CellErrorKind::Interrupted);
    assert_eq!(notebook.stderr(), "", "nobody started a thread");
    assert_eq!(notebook.value(sum), expected);
}

#[test]
fn a_panic_in_a_thread_is_not_the_cells() {
    let mut notebook = Notebook::new();
    notebook.ok(
        "let r = std::thread::spawn(|| { panic!(\"in thread\"); }).join(); println!(\"joined err={}\", r.is_err());",
    );
    assert_eq!(notebook.stdout(), "joined err=true\n");
    assert!(notebook.stderr().contains("in thread"));
}

#[test]
fn ten_megabytes_come_through() {
    let mut notebook = Notebook::new();
    notebook
        .ok("for i in 0..160_000u32 { println!(\"{:08} abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz\", i); }");
    assert_eq!(notebook.stdout().len(), 160_000 * 63);
    notebook.ok("let s = \"x\".repeat(10_000_000); println!(\"{}\", s);");
    assert_eq!(notebook.stdout().len(), 10_000_001);
}

#[test]
fn standard_input_is_asked_for() {
    let mut notebook = Notebook::with_answers(|prompt| Some(format!("answer to {prompt}")));
    assert_eq!(notebook.value("input(\"name?\")"), "Some(\"answer to name?\")");
    notebook.ok("let mut line = String::new(); std::io::stdin().read_line(&mut line).unwrap(); println!(\"got [{}]\", line.trim());");
    assert_eq!(notebook.stdout(), "got [answer to]\n");
    let outcome = notebook.run_while("input(\"name?\")", false, || ());
    assert_eq!(outcome.unwrap().value.unwrap()["text/plain"], "None");
}

#[test]
fn a_library_that_is_built_anew_meanwhile_asks_for_a_restart() {
    let root = tempfile::tempdir_in(library_root()).unwrap();
    let library = root.path().join("course");
    fs::create_dir(&library).unwrap();
    for entry in fs::read_dir(library_root().join("course")).unwrap() {
        let entry = entry.unwrap();
        fs::hard_link(entry.path(), library.join(entry.file_name())).unwrap();
    }
    let mut notebook = Notebook::with_library(root.path().to_owned());
    notebook.ok("let a = 1;");
    // As when the same library is built again: all its files are new, and nothing in them.
    let list = library.join("library.json");
    let text = fs::read(&list).unwrap();
    fs::remove_file(&list).unwrap();
    fs::write(&list, text).unwrap();
    assert_eq!(notebook.value("a + 1"), "2");
    assert_eq!(notebook.error("a + b").name, "E0425");
    // As when another one is: crates of other names.
    for entry in fs::read_dir(&library).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rlib") {
            fs::remove_file(path).unwrap();
        }
    }
    let error = notebook.error("a + 1");
    assert_eq!((error.kind, error.name.as_str()), (CellErrorKind::Internal, "library replaced"), "{error}");
    assert!(error.traceback.join("\n").contains("Restart the kernel"), "{error}");
}
