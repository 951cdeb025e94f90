# Goodness of variance fit and tabular accuracy of classes by classInt 0.4-9 under R 4.2.2.
#
#     Rscript classify_classint.R > data/classification_classint.csv
library(classInt)
library(jsonlite)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
sets <- fromJSON(file.path(here, "data", "classification_mapclassify.json"), simplifyVector = FALSE)
cat("values,classes,variance_fit,tabular_accuracy\n")
for (set in sets) {
  # Of so few distinct values it makes a class of each.
  if (set$name == "few whole numbers") next
  values <- unlist(set$values)
  for (case in set$cases) {
    if (is.null(case$bins) || case$scheme != "fisher-jenks") next
    breaks <- c(min(values), unlist(case$bins))
    # The least value is in the first class where intervals are closed on the right.
    if (breaks[1] == breaks[2]) breaks[1] <- breaks[1] - 1
    intervals <- classIntervals(values, style = "fixed", fixedBreaks = breaks, intervalClosure = "right")
    fit <- jenks.tests(intervals)
    cat(sprintf("%s,%d,%.17g,%.17g\n", set$name, length(case$bins), fit[2], fit[3]))
  }
}
