//! The recorded answers of `rnn`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::Functions;

use super::Fails::{All, AllBut, Only};
use super::{Museum, Wrong};
use crate::wholly_wrong;

/// All functions, put together of what has their names where this is used.
macro_rules! all {
    () => {
        gradus_assignments::rnn::Functions {
            rnn_step_forward: Some(gradus_assignments::rnn::answer!(rnn_step_forward)),
            rnn_step_backward: Some(gradus_assignments::rnn::answer!(rnn_step_backward)),
            rnn_forward: Some(gradus_assignments::rnn::answer!(rnn_forward)),
            rnn_backward: Some(gradus_assignments::rnn::answer!(rnn_backward)),
            lstm_step_forward: Some(gradus_assignments::rnn::answer!(lstm_step_forward)),
            lstm_step_backward: Some(gradus_assignments::rnn::answer!(lstm_step_backward)),
            lstm_forward: Some(gradus_assignments::rnn::answer!(lstm_forward)),
            lstm_backward: Some(gradus_assignments::rnn::answer!(lstm_backward)),
            word_embedding_forward: Some(gradus_assignments::rnn::answer!(word_embedding_forward)),
            word_embedding_backward: Some(gradus_assignments::rnn::answer!(word_embedding_backward)),
            temporal_affine_forward: Some(gradus_assignments::rnn::answer!(temporal_affine_forward)),
            temporal_affine_backward: Some(gradus_assignments::rnn::answer!(temporal_affine_backward)),
            temporal_softmax_loss: Some(temporal_softmax_loss),
            captioning_loss: Some(captioning_loss),
            captioning_sample: Some(captioning_sample),
        }
    };
}
use all;

pub fn museum() -> Museum {
    let untouched = Functions {
        rnn_step_forward: Some(|_, _, _, _, _| todo!()),
        rnn_step_backward: Some(|_, _, _, _, _, _| todo!()),
        rnn_forward: Some(|_, _, _, _, _| todo!()),
        rnn_backward: Some(|_, _, _, _, _, _| todo!()),
        lstm_step_forward: Some(|_, _, _, _, _, _| todo!()),
        lstm_step_backward: Some(|_, _, _, _, _, _, _, _| todo!()),
        lstm_forward: Some(|_, _, _, _, _| todo!()),
        lstm_backward: Some(|_, _, _, _, _, _| todo!()),
        word_embedding_forward: Some(|_, _| todo!()),
        word_embedding_backward: Some(|_, _, _| todo!()),
        temporal_affine_forward: Some(|_, _, _| todo!()),
        temporal_affine_backward: Some(|_, _, _, _| todo!()),
        temporal_softmax_loss: Some(|_, _, _| todo!()),
        captioning_loss: Some(|_, _, _| todo!()),
        captioning_sample: Some(|_, _, _| todo!()),
    };
    Museum {
        id: "rnn",
        wrong: wrong(),
        right: right().into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect(),
        wholly_wrong: wholly_wrong::rnn::answers(),
        untouched: Box::new(untouched),
    }
}

/// The right answers that go beside the wrong ones, which may call them.
#[path = "../../keys/rnn/reference.rs"]
mod reference;

/// Modules for wrong answers, each among the reference's other functions and types, and `wrong()` for all of them. What a
/// wrong answer defines goes before what comes with the glob import.
macro_rules! wrong_answers {
    ($($name:ident: $function:ident, $fails:expr;)*) => {
        $(mod $name {
            use super::reference::*;
            include!(concat!("../../keys/rnn/wrong/", stringify!($name), ".rs"));

            pub const FUNCTIONS: super::Functions = super::all!();
        })*

        fn wrong() -> Vec<Wrong> {
            vec![$(Wrong {
                name: stringify!($name),
                function: stringify!($function),
                answer: Box::new($name::FUNCTIONS),
                fails: $fails,
            },)*]
        }
    };
}

wrong_answers! {
    step_forgets_bias: rnn_step_forward, All;
    step_without_tanh: rnn_step_forward, All;
    step_with_sigmoid: rnn_step_forward, All;
    step_with_relu: rnn_step_forward, All;
    step_forgets_state: rnn_step_forward, All;
    step_transposes_wh: rnn_step_forward, All;
    step_bias_outside: rnn_step_forward, All;
    step_state_without_weights: rnn_step_forward, All;
    step_tanh_by_exponentials: rnn_step_forward, Only(&["large inputs"]);
    step_two_tangents: rnn_step_forward, All;
    step_in_single_precision: rnn_step_forward, All;
    back_without_slope: rnn_step_backward, All;
    back_slope_not_squared: rnn_step_backward, All;
    back_slope_of_sigmoid: rnn_step_backward, All;
    back_slope_of_old_state: rnn_step_backward, All;
    back_wh_as_it_is: rnn_step_backward, AllBut(&["dwx and dwh of fresh inputs", "db of fresh inputs"]);
    back_dwh_of_new_state: rnn_step_backward, AllBut(&["dx and dprev_h of fresh inputs", "db of fresh inputs"]);
    back_weights_as_means: rnn_step_backward, AllBut(&["dx and dprev_h of fresh inputs"]);
    back_db_without_slope: rnn_step_backward, AllBut(&["dx and dprev_h of fresh inputs", "dwx and dwh of fresh inputs"]);
    back_with_minus: rnn_step_backward, All;
    back_dwx_transposed: rnn_step_backward, AllBut(&["dx and dprev_h of fresh inputs", "db of fresh inputs"]);
    back_db_of_first_example: rnn_step_backward, AllBut(&["dx and dprev_h of fresh inputs", "dwx and dwh of fresh inputs"]);
    sequence_always_from_h0: rnn_forward, All;
    sequence_from_its_end: rnn_forward, All;
    sequence_from_zero: rnn_forward, All;
    sequence_first_input_always: rnn_forward, All;
    sequence_states_before: rnn_forward, All;
    sequence_last_state_only: rnn_forward, All;
    sequence_time_first: rnn_forward, All;
    sequence_leaves_out_last_step: rnn_forward, All;
    sequence_states_pile_up: rnn_forward, All;
    sequence_all_in_last_place: rnn_forward, All;
    time_apart: rnn_backward, All;
    time_last_loss_only: rnn_backward, All;
    time_from_its_start: rnn_backward, All;
    time_weights_of_first_step: rnn_backward, AllBut(&["dx and dh0 of fresh sequences"]);
    time_weights_as_means: rnn_backward, AllBut(&["dx and dh0 of fresh sequences"]);
    time_dh0_zero: rnn_backward, AllBut(&["dwx and dwh of fresh sequences", "db of fresh sequences"]);
    time_dx_turned: rnn_backward, AllBut(&["dwx and dwh of fresh sequences", "db of fresh sequences"]);
    time_state_piles_up: rnn_backward, All;
    time_leaves_out_first_step: rnn_backward, All;
    time_db_overwritten: rnn_backward, AllBut(&["dx and dh0 of fresh sequences", "dwx and dwh of fresh sequences"]);
    gates_candidate_third: lstm_step_forward, All;
    gates_forget_first: lstm_step_forward, All;
    gates_every_fourth_column: lstm_step_forward, All;
    gates_candidate_with_sigmoid: lstm_step_forward, All;
    gates_without_bias: lstm_step_forward, All;
    gates_overflow: lstm_step_forward, Only(&["large inputs"]);
    cell_never_forgets: lstm_step_forward, All;
    cell_writes_all: lstm_step_forward, All;
    cell_squashed: lstm_step_forward, All;
    cell_one_gate_for_both: lstm_step_forward, All;
    hidden_without_tanh: lstm_step_forward, AllBut(&["cell states of fresh inputs"]);
    hidden_of_old_cell: lstm_step_forward, AllBut(&["cell states of fresh inputs"]);
    cell_back_without_h: lstm_step_backward, All;
    cell_back_without_c: lstm_step_backward, All;
    cell_back_without_output_gate: lstm_step_backward, All;
    cell_back_without_slope: lstm_step_backward, All;
    gates_back_without_slopes: lstm_step_backward, AllBut(&["dprev_c of fresh inputs"]);
    gates_back_candidate_as_gate: lstm_step_backward, AllBut(&["dprev_c of fresh inputs"]);
    gates_back_exchanged: lstm_step_backward, AllBut(&["dprev_c of fresh inputs"]);
    gates_back_output_from_cell: lstm_step_backward, AllBut(&["dprev_c of fresh inputs"]);
    old_cell_takes_all: lstm_step_backward, AllBut(&["dx and dprev_h of fresh inputs", "dwx and dwh of fresh inputs", "db of fresh inputs"]);
    old_cell_of_dnext_c: lstm_step_backward, AllBut(&["dx and dprev_h of fresh inputs", "dwx and dwh of fresh inputs", "db of fresh inputs"]);
    gates_back_as_means: lstm_step_backward, AllBut(&["dx and dprev_h of fresh inputs", "dprev_c of fresh inputs"]);
    gates_back_db_of_first_example: lstm_step_backward, AllBut(&["dx and dprev_h of fresh inputs", "dprev_c of fresh inputs", "dwx and dwh of fresh inputs"]);
    cells_start_anew: lstm_forward, All;
    cells_from_h0: lstm_forward, All;
    cells_alone_go_on: lstm_forward, All;
    cells_returned: lstm_forward, All;
    cells_and_states_exchanged: lstm_forward, All;
    gated_from_its_end: lstm_forward, All;
    gated_states_before: lstm_forward, All;
    gated_from_zero: lstm_forward, All;
    gated_time_first: lstm_forward, All;
    gated_apart: lstm_backward, All;
    gated_cell_apart: lstm_backward, All;
    gated_hidden_apart: lstm_backward, All;
    gated_last_loss_only: lstm_backward, All;
    gated_from_its_start: lstm_backward, All;
    gated_weights_of_first_step: lstm_backward, AllBut(&["dx and dh0 of fresh sequences"]);
    gated_weights_as_means: lstm_backward, AllBut(&["dx and dh0 of fresh sequences"]);
    gated_dh0_zero: lstm_backward, AllBut(&["dwx and dwh of fresh sequences", "db of fresh sequences"]);
    gated_dx_turned: lstm_backward, AllBut(&["dwx and dwh of fresh sequences", "db of fresh sequences"]);
    gated_state_piles_up: lstm_backward, All;
    gated_leaves_out_first_step: lstm_backward, All;
    gated_dh0_of_cell: lstm_backward, AllBut(&["dwx and dwh of fresh sequences", "db of fresh sequences"]);
    gated_dh_to_the_cell_too: lstm_backward, All;
    vectors_of_word_before: word_embedding_forward, All;
    vectors_of_word_after: word_embedding_forward, All;
    vectors_of_first_word: word_embedding_forward, All;
    vectors_turned: word_embedding_forward, All;
    vectors_null_is_nothing: word_embedding_forward, All;
    vectors_of_length_one: word_embedding_forward, All;
    vectors_times_number: word_embedding_forward, All;
    vectors_time_last: word_embedding_forward, All;
    vectors_scaled: word_embedding_forward, All;
    vectors_back_overwritten: word_embedding_backward, All;
    vectors_back_first_place: word_embedding_backward, All;
    vectors_back_as_means: word_embedding_backward, All;
    vectors_back_over_batch: word_embedding_backward, All;
    vectors_back_words_said_only: word_embedding_backward, All;
    vectors_back_without_null: word_embedding_backward, All;
    vectors_back_of_first_sequence: word_embedding_backward, All;
    vectors_back_with_minus: word_embedding_backward, All;
    vectors_back_to_word_after: word_embedding_backward, All;
    vectors_back_count: word_embedding_backward, All;
    scores_forget_bias: temporal_affine_forward, All;
    scores_subtract_bias: temporal_affine_forward, All;
    scores_one_bias: temporal_affine_forward, All;
    scores_with_relu: temporal_affine_forward, All;
    scores_of_first_step: temporal_affine_forward, All;
    scores_turned: temporal_affine_forward, All;
    scores_pile_up: temporal_affine_forward, All;
    scores_time_first: temporal_affine_forward, All;
    scores_leave_out_last_step: temporal_affine_forward, All;
    scores_in_single_precision: temporal_affine_forward, All;
    scores_back_db_as_mean: temporal_affine_backward, AllBut(&["dx of fresh sequences"]);
    scores_back_dw_as_mean: temporal_affine_backward, AllBut(&["dx of fresh sequences"]);
    scores_back_divided_by_batch: temporal_affine_backward, All;
    scores_back_of_last_step: temporal_affine_backward, AllBut(&["dx of fresh sequences"]);
    scores_back_db_counts: temporal_affine_backward, AllBut(&["dx of fresh sequences"]);
    scores_back_dx_turned: temporal_affine_backward, AllBut(&["dw and db of fresh sequences"]);
    scores_back_dx_of_first_step: temporal_affine_backward, AllBut(&["dw and db of fresh sequences"]);
    scores_back_with_minus: temporal_affine_backward, All;
    scores_back_db_of_first_sequence: temporal_affine_backward, AllBut(&["dx of fresh sequences"]);
    time_mean_over_places: temporal_softmax_loss, All;
    time_mean_over_all: temporal_softmax_loss, All;
    time_sum_over_batch: temporal_softmax_loss, All;
    time_without_mask: temporal_softmax_loss, All;
    time_mask_upside_down: temporal_softmax_loss, All;
    time_loss_without_mask: temporal_softmax_loss, All;
    time_dx_without_mask: temporal_softmax_loss, AllBut(&["loss of fresh scores"]);
    time_dx_not_divided: temporal_softmax_loss, AllBut(&["loss of fresh scores"]);
    time_overflows: temporal_softmax_loss, Only(&["large scores"]);
    time_word_after: temporal_softmax_loss, All;
    time_scores_masked: temporal_softmax_loss, All;
    time_ends_at_the_mask: temporal_softmax_loss, All;
    caption_counts_null: captioning_loss, All;
    caption_mask_of_words_read: captioning_loss, All;
    caption_says_what_it_reads: captioning_loss, All;
    caption_reads_ahead: captioning_loss, All;
    caption_end_does_not_count: captioning_loss, All;
    caption_projection_not_learned: captioning_loss, AllBut(&["loss of plain networks", "loss of LSTMs"]);
    caption_vectors_not_learned: captioning_loss, AllBut(&["loss of plain networks", "loss of LSTMs"]);
    caption_without_picture: captioning_loss, All;
    caption_mean_over_words: captioning_loss, All;
    caption_plain_network_always: captioning_loss, AllBut(&["loss of plain networks", "gradients of plain networks"]);
    says_start: captioning_sample, All;
    says_after_null: captioning_sample, All;
    says_without_reading: captioning_sample, All;
    says_without_picture: captioning_sample, All;
    says_without_memory: captioning_sample, All;
    says_without_cell_state: captioning_sample, AllBut(&["words of plain networks"]);
    says_the_worst_word: captioning_sample, All;
    says_last_of_equal_words: captioning_sample, Only(&["equal scores"]);
    says_words_behind_end: captioning_sample, Only(&["finished captions"]);
    says_end_to_the_end: captioning_sample, Only(&["finished captions"]);
    says_nothing_behind_null: captioning_sample, Only(&["finished captions"]);
    says_nothing_once_one_has_ended: captioning_sample, Only(&["finished captions"]);
}

/// Modules for right answers, and `right()` for their functions. They may be private, so they are read into a module.
macro_rules! right_answers {
    ($($name:ident)*) => {
        $(mod $name {
            include!(concat!("../../keys/rnn/right/", stringify!($name), ".rs"));

            pub const FUNCTIONS: super::Functions = super::all!();
        })*

        fn right() -> Vec<(&'static str, Functions)> {
            vec![$((stringify!($name), $name::FUNCTIONS),)*]
        }
    };
}

right_answers! { number_by_number whole_sequences_in_one }

/// One of the right answers.
pub fn first_right() -> Functions {
    number_by_number::FUNCTIONS
}
