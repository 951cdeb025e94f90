# Shift and share by REAT 3.0.3 under R 4.2.2, of employees by sector in a region and in the country, made up.
#
#     Rscript shift_share_reat.R FOLDER_OF_REAT/R > data/shift_share_reat.csv
for (file in c("growth.R", "shift.growth.R", "shift.R")) source(file.path(commandArgs(TRUE)[1], file))
region <- list(before = c(45, 466, 7874, 1334, 7051), after = c(50, 430, 7410, 1502, 8034))
country <- list(before = c(2480, 53876, 679717, 179895, 438022), after = c(2391, 51020, 691003, 189002, 470555))
cat("method,component,value\n")
for (method in c("Dunn", "Esteban")) {
  found <- shift(region$before, region$after, country$before, country$after, shift.method = method, print.results = FALSE)
  parts <- found$components
  cat(sprintf("%s,%s,%.17g\n", method, rownames(parts), as.numeric(parts[, 1])), sep = "")
}
