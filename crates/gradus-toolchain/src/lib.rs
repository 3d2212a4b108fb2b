//! The compiler and the prebuilt libraries that student code is compiled against.
