//! How the value of a cell's last expression shows itself.
//!
//! The engine writes `(&value).evcxr_display()` with the traits of this module in scope. The compiler then picks, in
//! one go: a method of that name which the type has itself (as in evcxr), else [`Show`], else `Debug`, else nothing but
//! the type's name.

use std::any::type_name;
use std::fmt::Debug;

use serde_json::{Map, Value, json};

use crate::frame;

/// What a value looks like, in one or more formats.
pub trait Show {
    /// MIME type to content; binary content in base64. `null` when there is nothing to show.
    fn formats(&self) -> Value;

    /// What `show` shows, where that is another look: images as a picture, not as a table of numbers.
    fn picture(&self) -> Value {
        self.formats()
    }
}

impl Show for () {
    fn formats(&self) -> Value {
        Value::Null
    }
}

impl Show for gradus_nn::pictures::Picture {
    fn formats(&self) -> Value {
        one("image/svg+xml", self.svg())
    }
}

/// The first choice: the value says itself what it looks like.
pub trait ByShow {
    /// Shows the value.
    fn evcxr_display(&self);
}

impl<T: Show> ByShow for T {
    fn evcxr_display(&self) {
        let formats = self.formats();
        if !formats.is_null() {
            frame::write(&json!({ "value": formats }));
        }
    }
}

/// The second choice, one reference further away.
pub trait ByDebug {
    /// Shows the value.
    fn evcxr_display(&self);
}

impl<T: Debug + ?Sized> ByDebug for &T {
    fn evcxr_display(&self) {
        show_text(self);
    }
}

/// The last choice: what is left when the reference has to be mutable.
pub trait ByName {
    /// Shows the value.
    fn evcxr_display(&mut self);
}

impl<T: ?Sized> ByName for &T {
    fn evcxr_display(&mut self) {
        frame::write(&json!({ "value": one("text/plain", format!("<{}>", type_name::<T>())) }));
    }
}

// Not generic, so that a cell's code has only a call of it.
#[inline(never)]
fn show_text(value: &dyn Debug) {
    frame::write(&json!({ "value": one("text/plain", format!("{value:?}")) }));
}

fn one(mime_type: &str, content: String) -> Value {
    Value::Object(Map::from_iter([(mime_type.to_owned(), Value::String(content))]))
}
