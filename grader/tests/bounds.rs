//! Bounds of checks are fair: right ways keep to them, wrong ones do not, whatever the seed.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_grader::bounds;

#[test]
fn of_batchnorm_far_from_zero() {
    bounds::the_tolerance_far_from_zero_is_fair();
}

#[test]
fn of_training_with_batchnorm() {
    bounds::the_bounds_of_training_are_fair();
}
