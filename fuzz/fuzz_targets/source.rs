#![no_main]

#[path = "../../crates/gradus-judge/src/policy.rs"]
#[expect(dead_code, reason = "reasons and hints are for people")]
mod policy;
#[path = "../src/source.rs"]
mod target;

libfuzzer_sys::fuzz_target!(init: gradus_fuzz::let_panics_be_caught(), |bytes: &[u8]| {
    target::run(bytes, |text| policy::scan(text).map(|refusal| refusal.line));
});
