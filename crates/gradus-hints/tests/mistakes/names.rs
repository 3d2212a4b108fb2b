#![allow(dead_code, unused)]

mod unknown_var {
    fn f() -> f64 {
        let learning_rate = 0.1;
        learing_rate * 2.0
    }
}

mod unknown_fn {
    fn f() -> f64 {
        compute_los(1.0)
    }
}

mod unknown_type_e0412 {
    fn f(x: Aray2<f64>) {}
}

mod unknown_type_array {
    fn f(x: &Array2<f64>) {}
}

mod unknown_macro {
    fn f() {
        let a = arr![1.0];
    }
}

mod self_missing {
    struct N {
        w: f64,
    }
    impl N {
        fn g(&self) -> f64 {
            w
        }
    }
}

mod print_fn {
    fn f() {
        print("a");
    }
}

mod unresolved_import {
    use ndaray::Array2;
    fn f() {}
}

mod unresolved_import_item {
    use ndarray::Aray2;
    fn f() {}
}

mod unresolved_import_crate {
    use rand_distr2::Normal;
    fn f() {}
}

mod unresolved_path {
    fn f() {
        let m = HashMap::<i32, i32>::new();
    }
}

mod unresolved_mod {
    fn f() {
        let m = np::zeros(3);
    }
}

mod dup {
    fn f() {}
    struct f2;
    struct f2;
}
