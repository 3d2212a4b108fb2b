//! The variables of a notebook, by name, between the cells that use them.

use std::any::{Any, type_name};
use std::collections::HashMap;

/// The variables that no cell holds at the moment.
#[derive(Default)]
pub struct Store {
    values: HashMap<String, Box<dyn Any>>,
}

impl Store {
    /// Keeps `value` as variable `name`, in place of what had that name.
    pub fn keep<T: 'static>(&mut self, name: &str, value: T) {
        self.keep_boxed(name, Box::new(value));
    }

    /// Takes variable `name` out.
    ///
    /// # Panics
    /// When there is no such variable, or it is of another type. The engine loads only what it has kept, so this is
    /// a fault of the engine.
    pub fn take<T: 'static>(&mut self, name: &str) -> T {
        match self.take_boxed(name).downcast() {
            Ok(value) => *value,
            Err(_) => wrong_type(name, type_name::<T>()),
        }
    }

    /// Drops variable `name`, if it is there.
    pub fn forget(&mut self, name: &str) {
        self.values.remove(name);
    }

    // Not generic, so that a cell's code has only a call of them.
    #[inline(never)]
    fn keep_boxed(&mut self, name: &str, value: Box<dyn Any>) {
        self.values.insert(name.to_owned(), value);
    }

    #[inline(never)]
    fn take_boxed(&mut self, name: &str) -> Box<dyn Any> {
        self.values.remove(name).unwrap_or_else(|| panic!("the variable `{name}` is no longer there"))
    }
}

#[inline(never)]
fn wrong_type(name: &str, wanted: &str) -> ! {
    panic!("the variable `{name}` is not of type `{wanted}`")
}
