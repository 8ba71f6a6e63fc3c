"""Where the model runs: lanes, devices, model files, sessions and the scheduler."""
