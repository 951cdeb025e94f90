//! The `synth` room.
