# How farrington_bounds.csv was made: the limits of farringtonFlexible of the R package surveillance 1.20.3 (Debian
# r-cran-surveillance) for weeks 264 to 312 of farrington_counts.csv (a series a row, a week a column).
# The counts are weeks 313 to 624 of one series of each of the 42 scenarios without, then with past outbreaks, all with
# a present one:
#   PYTHONPATH=. python -c "import numpy as np; from bench.signals import draw; r = np.random.default_rng(20130317);
#   np.savetxt('farrington_counts.csv', np.concatenate([draw(r, 1, 0, True).counts, draw(r, 1, 5, True).counts])[:, 312:],
#   fmt='%d', delimiter=',')"
# Then, in this folder: Rscript farrington.R
suppressMessages(library(surveillance))
counts <- t(as.matrix(read.csv("farrington_counts.csv", header = FALSE)))
series <- sts(observed = counts, frequency = 52, start = c(2001, 1))
found <- farringtonFlexible(series, control = list(
  range = 264:312, b = 5, w = 3, noPeriods = 10, pastWeeksNotIncluded = 26, reweight = TRUE, weightsThreshold = 2.58,
  trend = TRUE, pThresholdTrend = 1, thresholdMethod = "nbPlugin", alpha = 0.005, limit54 = c(0, 4),
  verbose = FALSE, glmWarnings = FALSE
))
write.table(t(upperbound(found)), "farrington_bounds.csv", sep = ",", row.names = FALSE, col.names = FALSE)
