//! The choice of an update rule, for students to use and to send.

use gradus_question::{Argument, Reader, Value, WireError};

/// How a step is made of a gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateRule {
    /// Gradient descent, `w - learning_rate * dw`.
    Sgd,
    /// With momentum 0.9.
    SgdMomentum,
    /// With the decay rate 0.99 and epsilon 1e-8.
    RmsProp,
    /// With beta1 0.9, beta2 0.999 and epsilon 1e-8.
    Adam,
}

impl UpdateRule {
    /// All of them.
    pub const ALL: [UpdateRule; 4] = [UpdateRule::Sgd, UpdateRule::SgdMomentum, UpdateRule::RmsProp, UpdateRule::Adam];
}

/// Its place in [`UpdateRule::ALL`].
impl Value for UpdateRule {
    fn encode(&self, out: &mut Vec<u8>) {
        Value::encode(&(*self as usize), out);
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        Self::ALL.get(usize::decode(bytes)?).copied().ok_or(WireError::Size)
    }
}

impl Argument<'_> for UpdateRule {
    type Owned = UpdateRule;

    fn encode(&self, out: &mut Vec<u8>) {
        Value::encode(self, out);
    }

    fn lend(owned: &UpdateRule) -> Self {
        *owned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_comes_back_as_it_was_sent_and_nothing_else_is_one() {
        for (place, rule) in UpdateRule::ALL.into_iter().enumerate() {
            let mut bytes = Vec::new();
            Value::encode(&rule, &mut bytes);
            assert_eq!(bytes, (place as u64).to_le_bytes());
            assert_eq!(UpdateRule::decode(&mut Reader::new(&bytes)), Ok(rule));
        }
        assert!(UpdateRule::decode(&mut Reader::new(&4u64.to_le_bytes())).is_err());
    }
}
