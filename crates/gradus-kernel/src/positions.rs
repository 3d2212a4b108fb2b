//! Jupyter counts a cursor in characters, Rust in bytes.

/// The byte at which character number `character` begins; the end if there are fewer.
pub fn to_byte(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte)
}

/// How many characters come before a byte.
pub fn to_character(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(start, _)| *start < byte).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_bytes_agree_at_every_place() {
        let text = "a🦀é日b";
        for (character, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(to_byte(text, character), byte);
            assert_eq!(to_character(text, byte), character);
        }
        assert_eq!((to_byte(text, 99), to_character(text, text.len())), (text.len(), 5));
    }
}
