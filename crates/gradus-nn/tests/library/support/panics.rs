//! Holds a panic against the line that it should point at and the words that it should have.

use std::cell::RefCell;
use std::panic::{self, Location, UnwindSafe};
use std::sync::Once;

thread_local! {
    static PANIC: RefCell<Option<(String, String, u32)>> = const { RefCell::new(None) };
}
static HOOK: Once = Once::new();

/// Runs `f`, which must panic on the line of this call with exactly this text.
#[track_caller]
pub fn panics_here(text: &str, f: impl FnOnce() + UnwindSafe) {
    HOOK.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let place = info.location().map(|place| (place.file().to_owned(), place.line())).unwrap_or_default();
            PANIC.set(Some((info.payload_as_str().unwrap_or_default().to_owned(), place.0, place.1)));
            default(info);
        }));
    });
    let here = Location::caller();
    PANIC.set(None);
    assert!(panic::catch_unwind(f).is_err(), "does not panic: {text}");
    let (message, file, line) = PANIC.take().expect("a panic on this thread");
    assert_eq!(message, text);
    assert_eq!((file.as_str(), line), (here.file(), here.line()), "{text}");
}
