"""One good call of every public name, from which the walk makes the bad ones."""

from . import data, experiment, figures, kit, layers, measures, search, training

TABLES = data, experiment, figures, kit, layers, measures, search, training
CALLS = {name: call for table in TABLES for name, call in table.CALLS.items()}

# Public by their names, and yet not walked. Pattern: reason.
NOT_WALKED = {
    "checks.*": "the judges; tests/test_checks.py tries each",
    "autoencoder.AutoencoderOutput": "a record that a forward pass gives",
    "calibration.Reliability": "a record that reliability gives",
    "data.Digits": "a record that load_digits gives; tests/test_data.py spoils its columns",
    "data.Emoji": "a record that load_emoji gives",
    "experiment.Verdict": "a record that the methods of Estimate give",
    "figures.Schematic": "a record that schematic gives",
    "figures.Shown": "a record that show gives",
    "linear.CCA": "a record that cca gives; its methods are walked",
    "linear.PCA": "a record that pca gives; its methods are walked",
    "metrics.Interval": "a record that mean_interval gives",
    "search.Answer": "a record that a search gives",
    "search.EightBit": "a record that eight_bit gives",
    "training.GANHistory": "a record that fit_gan gives",
    "training.History": "a record that fit gives",
}

# Bad arguments that may pass, as "name | argument | bad". Pattern: reason.
LIMIT = "the right limit of a loss that saturates: a judge who is infinitely sure"
PASSES = {
    "adversarial.discriminator_loss | real_logits | inf": LIMIT,
    "adversarial.generator_loss | fake_logits | inf": LIMIT,
    "hierarchical.level_attention | W_a | inf": "the right limit of tanh",
}
