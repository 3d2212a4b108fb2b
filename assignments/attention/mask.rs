//! Which keys a query may look at, for students to use and to send.

use gradus_question::{Reader, Value, WireError};
use ndarray::Array2;

/// Which keys a query may look at.
///
/// ```
/// use gradus_assignments::attention::Mask;
/// use ndarray::array;
/// let mask = Mask::Allowed(array![[true, false], [true, true]]);
/// assert!(!mask.allows(0, 1) && mask.allows(1, 1) && Mask::All.allows(0, 1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mask {
    /// Every query looks at every key.
    All,
    /// True where a query may look at a key (queries, keys); the same for all examples.
    Allowed(Array2<bool>),
}

impl Mask {
    /// Whether the query at this time step may look at the key at that one.
    pub fn allows(&self, query: usize, key: usize) -> bool {
        match self {
            Mask::All => true,
            Mask::Allowed(allowed) => allowed[[query, key]],
        }
    }
}

/// A number of axes that says which it is, 0 for all, and then ones and zeros.
impl Value for Mask {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Mask::All => 0_usize.encode(out),
            Mask::Allowed(allowed) => {
                2_usize.encode(out);
                allowed.mapv(usize::from).encode(out);
            }
        }
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        match usize::decode(bytes)? {
            0 => Ok(Mask::All),
            2 => {
                let allowed = Array2::<usize>::decode(bytes)?;
                if allowed.iter().any(|&allows| allows > 1) {
                    return Err(WireError::Size);
                }
                Ok(Mask::Allowed(allowed.mapv(|allows| allows == 1)))
            }
            _ => Err(WireError::Size),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn it_comes_back_as_it_was_sent_and_nothing_else_is_one() {
        for mask in [Mask::All, Mask::Allowed(array![[true, false, false], [true, true, false]])] {
            let mut bytes = Vec::new();
            mask.encode(&mut bytes);
            assert_eq!(Mask::decode(&mut Reader::new(&bytes)), Ok(mask));
            bytes[0] = 1;
            assert!(Mask::decode(&mut Reader::new(&bytes)).is_err());
        }
        let mut bytes = Vec::new();
        2_usize.encode(&mut bytes);
        array![[2_usize]].encode(&mut bytes);
        assert!(Mask::decode(&mut Reader::new(&bytes)).is_err());
    }
}
