//! A question as an interface: functions, calls to them in any process, and checks that run over those calls.
