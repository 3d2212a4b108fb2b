//! How a call reaches what a student writes. The caches, of whatever types the student gives them, stay where they are
//! made: a backward pass is called with the inputs of the forward pass that comes before it.

/// A student's function as calls reach it, put together of the functions of these names where the macro is used.
#[doc(hidden)]
#[macro_export]
macro_rules! attention_answer {
    (scaled_dot_product_attention_forward) => {
        |q, k, v, mask| scaled_dot_product_attention_forward(q, k, v, mask).0
    };
    (scaled_dot_product_attention_backward) => {
        |q, k, v, mask, dout| {
            let (_, cache) = scaled_dot_product_attention_forward(q, k, v, mask);
            scaled_dot_product_attention_backward(dout, &cache)
        }
    };
    (multi_head_attention_forward) => {
        |net, heads, query, key, value, mask| multi_head_attention_forward(net, heads, query, key, value, mask).0
    };
    (multi_head_attention_backward) => {
        |net, heads, query, key, value, mask, dout| {
            let (_, cache) = multi_head_attention_forward(net, heads, query, key, value, mask);
            multi_head_attention_backward(dout, &cache)
        }
    };
    (transformer_encoder_layer_forward) => {
        |net, heads, x, mask| transformer_encoder_layer_forward(net, heads, x, mask).0
    };
    (transformer_encoder_layer_backward) => {
        |net, heads, x, mask, dout| {
            let (_, cache) = transformer_encoder_layer_forward(net, heads, x, mask);
            transformer_encoder_layer_backward(dout, &cache)
        }
    };
    (transformer_decoder_layer_forward) => {
        |net, heads, x, memory, mask| transformer_decoder_layer_forward(net, heads, x, memory, mask).0
    };
    (transformer_decoder_layer_backward) => {
        |net, heads, x, memory, mask, dout| {
            let (_, cache) = transformer_decoder_layer_forward(net, heads, x, memory, mask);
            transformer_decoder_layer_backward(dout, &cache)
        }
    };
    (patch_embedding_forward) => {
        |x, w, b, size| patch_embedding_forward(x, w, b, size).0
    };
    ($function:ident) => {
        $function
    };
}
