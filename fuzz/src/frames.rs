//! Bytes as a worker could send them to the judge, and as a judge could send them to a worker.

use gradus_question::protocol::{answer, decode_reply, read_frame, take_reply};
use gradus_question::{Operation, Reader, Value};
use ndarray::{Array1, Array2, Array3, ArrayD};

mod sums {
    use ndarray::Array2;

    gradus_question::interface! {
        /// `scale * x` and its sum.
        fn scaled(x: &Array2<f64>, scale: f64) -> (f64, Array2<f64>);
    }
}

const SUMS: sums::Functions = sums::Functions { scaled: Some(|x, scale| (scale * x.sum(), x * scale)) };

/// The first two bytes give the limit, the next eight the nonce; the rest is what was received.
pub fn run(bytes: &[u8]) {
    if let Some((limit, rest)) = bytes.split_first_chunk::<2>()
        && let Some((nonce, received)) = rest.split_first_chunk::<8>()
    {
        let (limit, nonce) = (usize::from(u16::from_le_bytes(*limit)), u64::from_le_bytes(*nonce));
        let mut failed = false;
        // However the bytes are torn, what could not become a reply never does.
        for end in 0..=received.len() {
            match take_reply(&received[..end], nonce, limit) {
                Err(_) => failed = true,
                Ok(body) => {
                    assert!(!failed, "a reply after an error");
                    let Some(body) = body else { continue };
                    assert!(body.len() <= limit);
                    reply(body);
                }
            }
        }
    }
    let mut input = bytes;
    while let Ok(Some((_, body))) = read_frame(&mut input) {
        assert!(body.len() <= bytes.len());
        let _ = answer(&SUMS, &body);
    }
    reply(bytes);
    let _ = answer(&SUMS, bytes);
    let _ = Operation::decode(&mut Reader::new(bytes));
}

/// The body of a reply, as each of the types that a function may return.
fn reply(body: &[u8]) {
    let Ok(result) = decode_reply("f", body) else { return };
    decode::<f64>(result);
    decode::<String>(result);
    decode::<Vec<f64>>(result);
    decode::<Array1<usize>>(result);
    decode::<ArrayD<f64>>(result);
    decode::<(f64, Array2<f64>)>(result);
    decode::<(Array2<f64>, Vec<f64>, Array3<f64>)>(result);
}

/// What can be read is written as it was read.
fn decode<T: Value>(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let Ok(value) = T::decode(&mut reader) else { return };
    let read = bytes.len() - reader.rest().len();
    let mut written = Vec::new();
    value.encode(&mut written);
    assert_eq!(written, bytes[..read]);
}
