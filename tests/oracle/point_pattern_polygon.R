# Writes data/point_pattern_polygon.json: K in a polygon with a hole, by spatstat. Run: Rscript point_pattern_polygon.R
suppressMessages({library(spatstat); library(jsonlite)})
outer <- list(x = c(0, 90, 100, 60, 10), y = c(0, 10, 70, 100, 80))
hole <- list(x = c(40, 40, 60, 60), y = c(40, 55, 60, 40))
window <- owin(poly = list(outer, hole))
set.seed(20200528)
points <- runifpoint(60, win = window)
radii <- seq(0, 25, by = 0.05)
found <- Kest(points, r = radii, correction = c("isotropic", "border"))
keep <- seq(1, length(radii), by = 50)
case <- list(
  name = "polygon_K", tolerance = list(rel = 1e-9, abs = 1e-9),
  expected = list(r = radii[keep], isotropic = found$iso[keep])
)
out <- list(
  title = "Ripley's K of 60 random points in a polygon with a hole",
  made_by = paste("point_pattern_polygon.R: spatstat.explore", packageVersion("spatstat.explore"), R.version.string),
  inputs = list(x = points$x, y = points$y, outer = outer, hole = hole, area = area(window)),
  cases = list(case)
)
writeLines(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "data/point_pattern_polygon.json")
