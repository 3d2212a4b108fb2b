// ATTACK: empty submission | VERDICT: compile_error
// GRADUS-STAFF-ONLY-7c1f4e
