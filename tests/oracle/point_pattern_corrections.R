# Writes data/point_pattern_corrections.json: the pair correlation, distances with corrections for edges, and relative risks
# by spatstat. Run: Rscript point_pattern_corrections.R
#
# spatstat's pcf counts pairs into 512 bins before it smooths them. `exact` is the same sum over spatstat's own pairs and weights
# without bins; `binned` is what pcf says.
suppressMessages({library(spatstat); library(jsonlite)})
set.seed(20200528)
window <- owin(c(0, 200), c(0, 150))
at <- rThomas(0.002, 6, 5, win = window)
kind <- factor(ifelse(runif(npoints(at)) < 0.4, "a", "b"))
marked <- at %mark% kind
one <- at[kind == "a"]; other <- at[kind == "b"]
radii <- seq(0, 30, length.out = 513)
keep <- seq(1, 513, by = 32)

smooth <- function(d, w, h, divisor, pairs, area) {
  sapply(radii[keep], function(r) {
    k <- ifelse(abs(r - d) < h, 0.75 / h * (1 - ((r - d) / h)^2), 0)
    if (divisor == "r") area * sum(w * k) / (2 * pi * r * pairs) else area * sum(w * k / d) / (2 * pi * pairs)
  })
}
pairs_of <- function(from, to, reach) if (is.null(to)) closepairs(from, reach) else crosspairs(from, to, reach)
exact <- function(from, to, divisor, win) {
  n <- npoints(from); m <- if (is.null(to)) n else npoints(to)
  h <- 0.15 / sqrt(m / area(win))
  near <- pairs_of(from, to, 30 + h)
  shifted <- edge.Trans(dx = near$dx, dy = near$dy, W = win, paired = TRUE)
  round <- edge.Ripley(ppp(near$xi, near$yi, window = win, check = FALSE), matrix(near$d, ncol = 1))
  pairs <- n * (if (is.null(to)) n - 1 else m)
  of <- function(w) { found <- smooth(near$d, w, h, divisor, pairs, area(win)); found[!is.finite(found)] <- NA; found }
  list(r = radii[keep], bandwidth = h, none = of(rep(1, length(near$d))), translation = of(shifted), isotropic = of(as.vector(round)))
}
binned <- function(divisor) {
  g <- pcf(at, r = radii, divisor = divisor, correction = c("translate", "isotropic"))
  list(r = radii[keep][-1], translation = g$trans[keep][-1], isotropic = g$iso[keep][-1])
}
case <- function(name, expected, rel = 1e-9, abs = 1e-12) list(name = name, tolerance = list(rel = rel, abs = abs), expected = expected)

gest <- Gest(at, r = radii, correction = c("none", "rs", "km", "han"))
# Fest's own estimators, of exact distances: its distance transform overshoots at some pixels.
from <- runifpoint(2000, win = window)
probes <- list(x = from$x, y = from$y)
dist <- nncross(from, at)$dist; bdry <- bdist.points(from)
breaks <- handle.r.b.args(radii, NULL, window, rmaxdefault = 30)
bins <- function(x) hist(x[x <= 30], breaks = breaks$val, plot = FALSE)$counts
ended <- km.rs.opt(pmin(dist, bdry), bdry, dist <= bdry, breaks, KM = TRUE, RS = TRUE)
deep <- cumsum(bins(dist[dist <= bdry]) / eroded.areas(window, radii))
fest <- list(
  raw = cumsum(bins(dist)) / length(dist), rs = ended$rs, km = ended$km, cs = deep / max(deep[is.finite(deep)]),
  theo = 1 - exp(-intensity(at) * pi * radii^2)
)
distances <- function(found, last) list(
  r = radii, raw = found$raw, rs = found$rs, km = found$km, last = found[[last]], theo = found$theo
)

spatstat.options(npixel = 512)
risk <- relrisk(marked, sigma = 10, casecontrol = TRUE, case = "a", at = "pixels")
places <- expand.grid(x = seq(10, 190, by = 20), y = seq(5, 145, by = 20))
points_risk <- relrisk(marked, sigma = 10, casecontrol = TRUE, case = "a", at = "points", leaveoneout = FALSE)

out <- list(
  title = "Pair correlation, distances with corrections and relative risks of clustered random points",
  made_by = paste("point_pattern_corrections.R: spatstat.explore", packageVersion("spatstat.explore"), R.version.string),
  inputs = list(x = at$x, y = at$y, is_a = as.integer(kind == "a"), xrange = c(0, 200), yrange = c(0, 150), probe_x = probes$x, probe_y = probes$y),
  cases = list(
    case("pcf_r", exact(at, NULL, "r", window)), case("pcf_d", exact(at, NULL, "d", window)),
    case("pcf_cross_r", exact(one, other, "r", window)),
    case("pcf_r_binned", binned("r"), 0, 1.2e-3), case("pcf_d_binned", binned("d"), 0, 1.2e-3),
    case("G", distances(gest, "han")), case("F", distances(fest, "cs")),
    case("relative_risk_at_points", list(sigma = 10, share = as.numeric(points_risk)), 1e-6, 1e-9),
    case("relative_risk_at_places", list(sigma = 10, x = places$x, y = places$y, share = as.numeric(risk[list(x = places$x, y = places$y)])), 0.01, 0.005)
  )
)
writeLines(toJSON(out, digits = NA, auto_unbox = TRUE, null = "null", na = "null"), "data/point_pattern_corrections.json")
