//! A worker that does not keep to the protocol, each time in the manner that its argument names. It has no library: it
//! reads and writes the frames byte by byte, as hostile code could.

use std::io::{Read, Write, stdin, stdout};
use std::thread::sleep;
use std::time::Duration;

fn main() {
    let manner = std::env::args().nth(1).expect("a manner");
    let long = Duration::from_secs(600);
    match manner.as_str() {
        "silent" => sleep(long),
        "exits" => return,
        "floods_stderr" => loop {
            eprintln!("{}", "x".repeat(1 << 16));
        },
        "endless" => loop {
            send(&[0; 1 << 16]);
        },
        "early" => send(&frame(0, &answered(1.0, &[1, 1], &[1.0]))),
        _ => {}
    }
    loop {
        let mut header = [0; 12];
        if stdin().read_exact(&mut header).is_err() {
            return;
        }
        let length = u32::from_le_bytes(header[..4].try_into().expect("four bytes")) as usize;
        let nonce = u64::from_le_bytes(header[4..].try_into().expect("eight bytes"));
        if manner == "before_the_request" {
            send(&frame(nonce, &answered(0.0, &[1, 1], &[0.0])));
            sleep(long);
        }
        let mut request = vec![0; length];
        stdin().read_exact(&mut request).expect("the rest of the request");
        let (loss, shape, gradient) = softmax_loss(&request);
        let right = answered(loss, &shape, &gradient);
        let nan = f64::NAN;
        let reply = match manner.as_str() {
            "honest" | "early" => frame(nonce, &right),
            "torn_header" => {
                send(&frame(nonce, &right)[..5]);
                return;
            }
            "torn_body" => {
                send(&frame(nonce, &right)[..40]);
                return;
            }
            "stalls" => {
                send(&frame(nonce, &right)[..40]);
                sleep(long);
                return;
            }
            "trickles" => {
                for byte in frame(nonce, &right) {
                    send(&[byte]);
                    sleep(Duration::from_millis(300));
                }
                return;
            }
            "huge_length" => [&u32::MAX.to_le_bytes()[..], &nonce.to_le_bytes(), &[0; 100]].concat(),
            "endless_body" => {
                send(&[&(1_u32 << 20).to_le_bytes()[..], &nonce.to_le_bytes()].concat());
                loop {
                    send(&[0; 1 << 16]);
                }
            }
            "other_nonce" => frame(nonce.wrapping_add(1), &right),
            "twice" => [frame(nonce, &right), frame(nonce, &right)].concat(),
            "twice_later" => {
                send(&frame(nonce, &right));
                sleep(Duration::from_millis(50));
                frame(nonce, &right)
            }
            "ahead" => [frame(nonce, &right), vec![0; 5]].concat(),
            "empty" => frame(nonce, &[]),
            "unknown_status" => frame(nonce, &99_u64.to_le_bytes()),
            "noise" => frame(nonce, &[0x5a; 1000]),
            "trailing" => frame(nonce, &[&right[..], &[0]].concat()),
            "cut" => frame(nonce, &right[..right.len() - 1]),
            "nan" => frame(nonce, &answered(nan, &shape, &vec![nan; gradient.len()])),
            "infinite" => frame(nonce, &answered(loss, &shape, &vec![f64::INFINITY; gradient.len()])),
            "one_by_one" => frame(nonce, &answered(loss, &[1, 1], &gradient[..1])),
            "transposed" => frame(nonce, &answered(loss, &[shape[1], shape[0]], &gradient)),
            "three_axes" => frame(nonce, &answered(loss, &[1, shape[0], shape[1]], &gradient)),
            "no_axes" => frame(nonce, &answered(loss, &[], &[1.0])),
            "impossible_shape" => frame(nonce, &answered(loss, &[1 << 62, 16], &gradient)),
            "empty_but_huge" => frame(nonce, &answered(loss, &[0, u64::MAX], &[])),
            "long_refusal" => frame(nonce, &[&2_u64.to_le_bytes()[..], &text(&"secret ".repeat(100_000))].concat()),
            "long_panic" => {
                let line = u64::MAX.to_le_bytes();
                let texts = [text(&"secret ".repeat(100_000)), text("student.rs")].concat();
                frame(nonce, &[&1_u64.to_le_bytes()[..], &texts, &line].concat())
            }
            "text_that_is_none" => frame(nonce, &[&2_u64.to_le_bytes()[..], &4_u64.to_le_bytes(), &[0xff; 4]].concat()),
            other => panic!("there is no manner {other}"),
        };
        send(&reply);
    }
}

fn send(bytes: &[u8]) {
    let mut out = stdout();
    // Whoever has heard enough closes the pipe.
    if out.write_all(bytes).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

fn frame(nonce: u64, body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32).to_le_bytes()[..], &nonce.to_le_bytes(), body].concat()
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

/// A reply with a loss and a gradient.
fn answered(loss: f64, shape: &[u64], gradient: &[f64]) -> Vec<u8> {
    let mut body = [&0_u64.to_le_bytes()[..], &loss.to_le_bytes(), &(shape.len() as u32).to_le_bytes()].concat();
    shape.iter().for_each(|length| body.extend(length.to_le_bytes()));
    gradient.iter().for_each(|number| body.extend(number.to_le_bytes()));
    body
}

/// The right answer to a request that calls `softmax_loss`: it is not for lack of one that the others fail.
fn softmax_loss(request: &[u8]) -> (f64, Vec<u64>, Vec<f64>) {
    let number = |at: usize| u64::from_le_bytes(request[at..at + 8].try_into().expect("eight bytes"));
    // Name, operation, number of axes.
    let x = 8 + number(0) as usize + 8 + 4;
    let (n, classes) = (number(x) as usize, number(x + 8) as usize);
    let mut scores: Vec<f64> = (0..n * classes).map(|i| f64::from_bits(number(x + 16 + 8 * i))).collect();
    let y = x + 16 + 8 * n * classes + 4 + 8;
    let mut loss = 0.0;
    for (i, row) in scores.chunks_mut(classes.max(1)).enumerate() {
        let label = number(y + 8 * i) as usize;
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = row.iter().map(|score| (score - largest).exp()).sum();
        loss += (sum.ln() + largest - row[label]) / n as f64;
        row.iter_mut().for_each(|score| *score = (*score - largest).exp() / sum / n as f64);
        row[label] -= 1.0 / n as f64;
    }
    (loss, vec![n as u64, classes as u64], scores)
}
