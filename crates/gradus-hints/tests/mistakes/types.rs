#![allow(dead_code, unused)]

mod lifetime {
    fn longest(a: &str, b: &str) -> &str {
        a
    }
}

mod lifetime_struct {
    struct V {
        data: &[f64],
    }
}

mod usize_i32 {
    fn f(n: usize) -> usize {
        n
    }
    fn g() {
        let k: i32 = 3;
        f(k);
    }
}

mod i32_usize_ret {
    fn f(v: &Vec<f64>) -> i32 {
        v.len()
    }
}

mod i32_usize_op {
    fn f(v: &Vec<f64>, k: i32) -> usize {
        v.len() - k
    }
}

mod cmp_usize_i32 {
    fn f(v: &Vec<f64>, k: i32) -> bool {
        v.len() == k
    }
}

mod f32_f64 {
    fn f(x: f32) -> f64 {
        x
    }
}

mod f32_f64_op {
    fn f(x: f32, y: f64) -> f64 {
        y * x
    }
}

mod int_for_float_lit {
    fn f() {
        let learning_rate: f64 = 1;
    }
}

mod float_for_int_lit {
    fn f() {
        let epochs: usize = 10.0;
    }
}

mod missing_ref {
    fn norm(v: &Vec<f64>) -> f64 {
        0.0
    }
    fn g() {
        let w = vec![1.0];
        norm(w);
    }
}

mod missing_ref_nd {
    use ndarray::prelude::*;
    fn norm(v: &Array2<f64>) -> f64 {
        0.0
    }
    fn g(w: Array2<f64>) {
        norm(w);
    }
}

mod missing_mut_ref {
    fn upd(v: &mut Vec<f64>) {}
    fn g() {
        let mut w = vec![1.0];
        upd(&w);
    }
}

mod extra_ref {
    fn own(v: Vec<f64>) {}
    fn g() {
        let w = vec![1.0];
        own(&w);
    }
}

mod extra_ref_num {
    fn own(v: f64) {}
    fn g() {
        let w = 1.0;
        own(&w);
    }
}

mod semicolon {
    fn f(x: f64) -> f64 {
        x * 2.0;
    }
}

mod no_return {
    fn f(x: f64) -> f64 {
        let y = x;
    }
}

mod if_no_else {
    fn f(x: f64) -> f64 {
        if x > 0.0 {
            1.0
        }
    }
}

mod if_stmt {
    fn f(x: f64) -> f64 {
        if x > 0.0 {
            1.0
        }
        2.0
    }
}

mod string_str {
    fn f() {
        let name: String = "adam";
    }
}

mod str_string {
    fn g(s: &str) {}
    fn f(name: String) {
        g(name);
    }
}

mod branches {
    fn f(b: bool) {
        let x = if b { 1 } else { "a" };
    }
}

mod option {
    fn f(v: &Vec<f64>) -> f64 {
        v.first()
    }
}

mod result {
    fn f() -> i32 {
        "1".parse::<i32>()
    }
}

mod needs_option {
    fn f(x: f64) -> Option<f64> {
        x
    }
}

mod needs_result {
    fn f(x: f64) -> Result<f64, String> {
        x
    }
}

mod dimension {
    use ndarray::prelude::*;
    fn f(x: Array1<f64>) -> Array2<f64> {
        x
    }
}

mod view_owned {
    use ndarray::prelude::*;
    fn f(x: &Array2<f64>) -> Array1<f64> {
        x.row(0)
    }
}

mod owned_view {
    use ndarray::prelude::*;
    fn g(v: ArrayView1<f64>) {}
    fn f(x: Array1<f64>) {
        g(x);
    }
}

mod elem_type {
    use ndarray::prelude::*;
    fn f(x: Array2<f32>) -> Array2<f64> {
        x
    }
}

mod cond_not_bool {
    fn f(n: i32) {
        if n {}
    }
}

mod assign_in_if {
    fn f(n: i32) {
        if n = 1 {}
    }
}

mod unit_value {
    fn f() {
        let mut v = vec![2, 1];
        let w: Vec<i32> = v.sort();
    }
}

mod add_int_float {
    fn f(x: f64) -> f64 {
        x + 1
    }
}

mod mul_int_float_vars {
    fn f(x: f64, n: usize) -> f64 {
        x * n
    }
}

mod int_div_float {
    fn f(n: usize, x: f64) -> f64 {
        n / x
    }
}

mod add_i32_usize {
    fn f(n: usize) -> usize {
        let k: i32 = 1;
        n + k
    }
}

mod mul_f32_f64 {
    fn f(a: f32, b: f64) -> f32 {
        let c = a;
        c * b
    }
}

mod index_i32 {
    fn f(v: &Vec<f64>) -> f64 {
        let i: i32 = 0;
        v[i]
    }
}

mod index_i32_nd {
    use ndarray::prelude::*;
    fn f(v: &Array1<f64>) -> f64 {
        let i: i32 = 0;
        v[i]
    }
}

mod index_2d_one {
    use ndarray::prelude::*;
    fn f(v: &Array2<f64>) -> f64 {
        v[0]
    }
}

mod index_i32_2d {
    use ndarray::prelude::*;
    fn f(v: &Array2<f64>) -> f64 {
        let i: i32 = 0;
        v[[i, 0]]
    }
}

mod nd_scalar_generic {
    use ndarray::prelude::*;
    fn f(a: &Array2<f64>) -> Array2<f64> {
        a * 2
    }
}

mod nd_scalar_f32 {
    use ndarray::prelude::*;
    fn f(a: &Array2<f32>, c: f64) -> Array2<f32> {
        a * c
    }
}

mod nd_elem_mix {
    use ndarray::prelude::*;
    fn f(a: &Array2<f64>, b: &Array2<f32>) -> Array2<f64> {
        a * b
    }
}

mod nd_view_ref {
    use ndarray::prelude::*;
    fn f(a: &Array2<f64>, b: ArrayView2<f64>) -> Array2<f64> {
        b + a
    }
}

mod nd_addassign {
    use ndarray::prelude::*;
    fn f(a: &mut Array2<f64>, b: Array2<f64>) {
        a += &b;
    }
}

mod nd_addassign_owned {
    use ndarray::prelude::*;
    fn f(mut a: Array2<f64>, b: Array2<f64>) {
        a += b;
    }
}

mod nd_dot_ref {
    use ndarray::prelude::*;
    fn f(a: &Array2<f64>, b: Array2<f64>) -> Array2<f64> {
        a.dot(b)
    }
}

mod nd_dot_dims {
    use ndarray::prelude::*;
    fn f(a: &Array2<f64>, b: &Array3<f64>) -> Array2<f64> {
        a.dot(b)
    }
}

mod nd_int_dot {
    use ndarray::prelude::*;
    fn f(a: &Array2<f64>, b: &Array2<f32>) -> Array2<f64> {
        a.dot(b)
    }
}

mod no_debug {
    struct Net {
        w: f64,
    }
    fn f(n: Net) {
        println!("{:?}", n);
    }
}

mod no_display {
    struct Net {
        w: f64,
    }
    fn f(n: Net) {
        println!("{}", n);
    }
}

mod vec_display {
    fn f(n: Vec<f64>) {
        println!("{}", n);
    }
}

mod question {
    fn f() {
        let x: i32 = "1".parse()?;
    }
}

mod question_wrong_error {
    fn f() -> Result<i32, String> {
        let x: i32 = "1".parse()?;
        Ok(x)
    }
}

mod question_option {
    fn f(v: Vec<i32>) -> Result<i32, String> {
        let x = v.first()?;
        Ok(*x)
    }
}

mod iter_i32 {
    fn f(n: i32) {
        for i in n {}
    }
}

mod iter_nd {
    use ndarray::prelude::*;
    fn f(n: &Vec<f64>) -> f64 {
        n.iter().sum::<f32>() as f64
    }
}

mod cmp_int_float {
    fn f(x: f64) -> bool {
        x > 0
    }
}

mod ord_f64 {
    fn f(v: &Vec<f64>) -> Option<&f64> {
        v.iter().max()
    }
}

mod sort_f64 {
    fn f(v: &mut Vec<f64>) {
        v.sort();
    }
}

mod collect {
    fn f() {
        let v: f64 = (0..3).collect();
    }
}

mod size_unknown {
    fn f(v: [f64]) {}
}

mod hash_f64 {
    fn f() {
        let mut m = std::collections::HashMap::new();
        m.insert(1.0f64, 2);
    }
}

mod copy_eq {
    #[derive(Debug)]
    struct P(f64);
    fn f(a: P, b: P) -> bool {
        a == b
    }
}

mod own_trait {
    trait Layer {
        fn go(&self);
    }
    struct Relu;
    fn run(l: impl Layer) {}
    fn f() {
        run(Relu);
    }
}

mod unknown_method {
    fn f(v: Vec<f64>) -> f64 {
        v.mean()
    }
}

mod unknown_method_typo {
    use ndarray::prelude::*;
    fn f(v: Array2<f64>) -> Array2<f64> {
        v.mapp(|x| x)
    }
}

mod unknown_method_field {
    struct N {
        w: Vec<f64>,
    }
    fn f(n: N) -> usize {
        n.len()
    }
}

mod method_on_option {
    fn f(v: Vec<Vec<f64>>) -> usize {
        v.first().len()
    }
}

mod method_no_trait_import {
    mod t {
        pub trait Area {
            fn area(&self) -> f64;
        }
        impl Area for f64 {
            fn area(&self) -> f64 {
                1.0
            }
        }
    }
    fn f(x: f64) -> f64 {
        x.area()
    }
}

mod write_no_trait {
    fn f(mut o: std::fs::File) {
        o.write_all(b"a");
    }
}

mod random_no_trait {
    fn f() {
        let x = ndarray::Array2::<f64>::random((2, 2), 1.0);
    }
}

mod assoc_unknown {
    fn f() {
        let x = ndarray::Array2::<f64>::zeroes((2, 2));
    }
}

mod ambiguous_float {
    fn f() -> f64 {
        let x = 2.0;
        x.powi(2)
    }
}

mod int_sqrt {
    fn f(n: i32) -> f64 {
        n.sqrt()
    }
}

mod unknown_field {
    struct N {
        weight: f64,
    }
    fn f(n: N) -> f64 {
        n.wieght
    }
}

mod missing_field {
    struct N {
        w: f64,
        b: f64,
    }
    fn f() -> N {
        N { w: 1.0 }
    }
}

mod wrong_count {
    fn loss(x: f64, y: f64, reg: f64) -> f64 {
        x
    }
    fn f() -> f64 {
        loss(1.0, 2.0)
    }
}

mod too_many {
    fn loss(x: f64) -> f64 {
        x
    }
    fn f() -> f64 {
        loss(1.0, 2.0)
    }
}

mod method_count {
    use ndarray::prelude::*;
    fn f(a: Array2<f64>) -> Array1<f64> {
        a.sum_axis()
    }
}

mod annotations {
    fn f() {
        let v = Vec::new();
    }
}

mod annot_collect {
    fn f() {
        let v = (0..3).map(|x| x * 2).collect();
    }
}

mod annot_parse {
    fn f() {
        let x = "1".parse().unwrap();
    }
}

mod annot_sum {
    fn f(v: &Vec<f64>) -> bool {
        v.iter().sum() > 1.0
    }
}

mod annot_into {
    fn f(a: f32) {
        let x = a.into() * 2.0;
    }
}

mod op_vec {
    fn f(a: Vec<f64>, b: Vec<f64>) -> Vec<f64> {
        a + b
    }
}

mod op_str {
    fn f(a: &str, b: &str) -> String {
        a + b
    }
}

mod op_generic {
    fn f<T>(a: T, b: T) -> T {
        a + b
    }
}

mod op_struct {
    struct P(f64);
    fn f(a: P, b: P) -> P {
        a + b
    }
}

mod op_ref_num_assign {
    fn f(v: &mut Vec<f64>) {
        for x in v.iter_mut() {
            x += 1.0;
        }
    }
}

mod cmp_ref {
    fn f(v: &Vec<f64>) -> usize {
        v.iter().filter(|x| x > 0.0).count()
    }
}

mod op_tuple {
    fn f(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
        a + b
    }
}

mod op_option {
    fn f(a: Option<f64>) -> f64 {
        a + 1.0
    }
}

mod deref {
    fn f(x: f64) -> f64 {
        *x
    }
}

mod neg_usize {
    fn f(n: usize) -> usize {
        -n
    }
}

mod not_str {
    fn f(s: &str) -> bool {
        !s
    }
}

mod neg_vec {
    fn f(v: Vec<f64>) -> Vec<f64> {
        -v
    }
}

mod index_unindexable {
    fn f(x: f64) -> f64 {
        x[0]
    }
}

mod call_non_fn {
    fn f() {
        let x = 2.0;
        x(3.0);
    }
}

mod cast {
    fn f(v: Vec<f64>) -> f64 {
        v as f64
    }
}

mod cast_ref {
    fn f(v: &Vec<usize>) -> f64 {
        let x = &v[0];
        x as f64
    }
}

mod non_exhaustive {
    fn f(o: Option<i32>) -> i32 {
        match o {
            Some(x) => x,
        }
    }
}

mod private {
    mod m {
        pub struct A {
            x: f64,
        }
        impl A {
            fn g(&self) {}
            pub fn n() -> A {
                A { x: 1.0 }
            }
        }
    }
    fn f() {
        let a = m::A::n();
        a.g();
        let y = a.x;
    }
}

mod main_return {
    fn f() {
        return 5;
    }
}

mod question_main_ok {
    fn f() -> f64 {
        let x: f64 = "1".parse()?;
        x
    }
}

mod missing_trait_items {
    trait L {
        fn fwd(&self);
        fn bwd(&self);
    }
    struct A;
    impl L for A {
        fn fwd(&self) {}
    }
}

mod max_f64_ref {
    fn f(a: usize, b: f64) -> f64 {
        a as f64 * b.max(1)
    }
}

mod compare_strings {
    fn f(v: Vec<String>) -> bool {
        v[0] == 1
    }
}
