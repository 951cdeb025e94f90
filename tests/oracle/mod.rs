mod synth_truth;
