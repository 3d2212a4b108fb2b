%%time
:dep x = "1"
let x = 1;
impl A { fn f() {} }
macro_rules! m { () => {} }
m!();
fn f() { m!() }
