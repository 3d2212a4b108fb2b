#![allow(dead_code, unused)]

mod moved_into_fn {
    fn f() {
        let weights = vec![1.0];
        drop(weights);
        println!("{:?}", weights);
    }
}

mod moved_by_assign {
    fn f() {
        let weights = vec![1.0];
        let copy = weights;
        println!("{:?} {:?}", weights, copy);
    }
}

mod moved_by_for {
    fn f() {
        let rows = vec![1.0];
        for r in rows {
            println!("{r}");
        }
        println!("{}", rows.len());
    }
}

mod moved_in_loop {
    fn eat(v: Vec<f64>) {}
    fn f() {
        let w = vec![1.0];
        for _ in 0..3 {
            eat(w);
        }
    }
}

mod moved_by_method {
    fn f() {
        let w = Some(vec![1.0]);
        let v = w.unwrap();
        println!("{:?}{v:?}", w);
    }
}

mod moved_by_closure {
    fn f() {
        let w = vec![1.0];
        let g = move || w.len();
        println!("{} {}", g(), w.len());
    }
}

mod moved_by_add {
    use ndarray::prelude::*;
    fn f(a: Array1<f64>, b: Array1<f64>) {
        let c = a + &b;
        println!("{} {}", a, c);
    }
}

mod two_mut {
    fn f() {
        let mut v = vec![1, 2];
        let a = &mut v;
        let b = &mut v;
        a.push(1);
        b.push(2);
    }
}

mod shared_mut {
    fn f() {
        let mut scores = vec![1, 2];
        let first = &scores[0];
        scores.push(3);
        println!("{first}");
    }
}

mod shared_mut_loop {
    fn f() {
        let mut scores = vec![1, 2];
        for s in &scores {
            scores.push(*s);
        }
    }
}

mod move_borrowed {
    fn f() {
        let v = vec![1, 2];
        let r = &v;
        drop(v);
        println!("{r:?}");
    }
}

mod assign_borrowed {
    fn f() {
        let mut x = 1;
        let r = &x;
        x = 2;
        println!("{r}");
    }
}

mod use_mut_borrowed {
    fn f() {
        let mut x = 1;
        let r = &mut x;
        let y = x + 1;
        *r = 2;
        println!("{y}");
    }
}

mod not_mut_assign {
    fn f() {
        let count = 1;
        count = 2;
        println!("{count}");
    }
}

mod not_mut_loop {
    fn f() {
        let loss = 0.0;
        for i in 0..3 {
            loss += i as f64;
        }
        println!("{loss}");
    }
}

mod not_mut_borrow {
    fn f() {
        let v = Vec::new();
        v.push(1);
    }
}

mod not_mut_ref {
    fn f(v: &Vec<i32>) {
        v.push(1);
    }
}

mod assign_through_shared {
    use ndarray::prelude::*;
    fn f(x: &Array1<f64>) {
        x[0] = 1.0;
    }
}

mod move_out_of_ref {
    struct N {
        w: Vec<f64>,
    }
    fn f(n: &N) -> Vec<f64> {
        n.w
    }
}

mod move_out_of_index {
    fn f(n: &Vec<String>) -> String {
        n[0]
    }
}

mod not_live {
    fn f() {
        let r;
        {
            let x = 5;
            r = &x;
        }
        println!("{r}");
    }
}

mod temporary {
    fn f() {
        let r: &mut Vec<i32>;
        r = &mut vec![1];
        r.push(2);
    }
}

mod temp2 {
    fn f() {
        let s = String::from("a b").as_str().trim();
        println!("{s}");
    }
}

mod return_local {
    fn f<'a>() -> &'a Vec<i32> {
        let v = vec![1];
        &v
    }
}

mod thread {
    fn f() {
        let v = vec![1];
        let h = std::thread::spawn(|| println!("{:?}", v));
        h.join().unwrap();
    }
}

mod assign_field_shared {
    struct Net {
        w: f64,
    }
    fn f(net: &Net) {
        net.w = 1.0;
    }
}

mod assign_field_not_mut {
    struct Net {
        w: f64,
    }
    fn f() {
        let net = Net { w: 0.0 };
        net.w = 1.0;
    }
}

mod method_needs_mut_self {
    struct Net {
        w: Vec<f64>,
    }
    impl Net {
        fn grow(&self) {
            self.w.push(1.0);
        }
    }
}

mod mut_then_shared {
    fn f() {
        let mut v = vec![1];
        let last = &mut v;
        println!("{}", v.len());
        last.push(2);
    }
}

mod uninitialised {
    fn f(b: bool) -> f64 {
        let loss: f64;
        if b {
            loss = 1.0;
        }
        loss
    }
}
