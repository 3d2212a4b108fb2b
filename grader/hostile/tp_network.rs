// ATTACK: TCP, UDP and DNS attempts | VERDICT: accept or runtime_panic
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    use std::net::*;
    use std::time::Duration;
    for a in ["1.1.1.1:53", "127.0.0.1:22", "127.0.0.1:80", "169.254.169.254:80"] { if TcpStream::connect_timeout(&a.parse().unwrap(), Duration::from_millis(200)).is_ok() { println!("PWNED: TCP to {a}"); } }
    if let Ok(u) = UdpSocket::bind("0.0.0.0:0") { if u.send_to(b"x", "1.1.1.1:53").is_ok() { println!("PWNED: UDP sent"); } }
    if ("example.com", 80).to_socket_addrs().is_ok() { println!("PWNED: DNS"); }
    good(x, y)
}
fn good(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let n = x.nrows() as f64;
    let mut p = x.clone();
    for mut row in p.rows_mut() {
        let m = row.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        row.mapv_inplace(|v| (v - m).exp());
        let s = row.sum();
        row /= s;
    }
    let mut loss = 0.0;
    for (i, &c) in y.iter().enumerate() {
        loss -= p[[i, c]].ln();
        p[[i, c]] -= 1.0;
    }
    p /= n;
    (loss / n, p)
}
// GRADUS-STAFF-ONLY-7c1f4e
