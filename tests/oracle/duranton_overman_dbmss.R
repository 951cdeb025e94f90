# Expected values of data/duranton_overman_dbmss.json: dbmss 2.11-0 under R 4.2.2, and GET for ranks of curves.
#
# dbmss estimates densities with R's density(), which bins distances and interpolates; beside its values stand the sums of dnorm() that
# it approximates, with its own bandwidth. doFuture, which dbmss asks for in its parallel loops only, is not needed: take it out of
# NAMESPACE and DESCRIPTION where it is not to be had.
#
# Rscript duranton_overman_dbmss.R > data/duranton_overman_dbmss.json

suppressPackageStartupMessages({
  library(dbmss)
  library(GET)
  library(jsonlite)
})

set.seed(20051)
n <- 240
town <- sample(1:4, n, replace = TRUE)
x <- round(c(0, 5000, 9000, 2000)[town] + rnorm(n, sd = 700), 1)
y <- round(c(0, 1000, 7000, 8000)[town] + rnorm(n, sd = 700), 1)
weight <- sample(c(1, 2, 5, 20, 100), n, replace = TRUE)
type <- ifelse(town == 2 & runif(n) < 0.9, "dyeing", sample(c("bearings", "dyeing", "printing"), n, replace = TRUE))
# Two firms in one place.
x[2] <- x[1]
y[2] <- y[1]
frame <- data.frame(X = x, Y = y, PointType = type, PointWeight = weight)
firms <- wmppp(frame, window = owin(range(x), range(y)))
r <- seq(0, 4000, by = 250)
distances <- as.matrix(dist(cbind(x, y)))

# Kd as the sum of its curves, reflected at 0.
kd <- function(reference, neighbour, weighted) {
  of <- which(type == reference)
  to <- which(type == neighbour)
  d <- distances[of, to]
  w <- if (weighted) outer(weight[of], weight[to]) else d * 0 + 1
  if (reference == neighbour) {
    pair <- upper.tri(d)
    d <- d[pair]
    w <- w[pair]
  }
  h <- bw.nrd0(d[d <= 2 * max(r)])
  density <- sapply(r, function(at) sum(w * (dnorm(at - d, sd = h) + dnorm(at + d, sd = h))) / sum(w))
  list(bandwidth = h, density = density)
}

# m as the ratio of sums of curves.
m <- function(reference, neighbour) {
  of <- which(type == reference)
  to <- type == neighbour
  d <- distances[of, to]
  near <- if (reference == neighbour) d[upper.tri(d)] else as.vector(d)
  h <- bw.nrd0(near[near <= 2 * max(r)])
  own <- sapply(r, function(at) sapply(of, function(firm) {
    others <- setdiff(seq_along(x), firm)
    curve <- weight[others] * dnorm(at - distances[firm, others], sd = h)
    sum(curve[to[others]]) / sum(curve)
  }))
  share <- (sum(weight[to]) - ifelse(to[of], weight[of], 0)) / (sum(weight) - weight[of])
  list(bandwidth = h, m = colSums(own) / sum(share), first = (own / share)[1, ])
}

pairs <- list(c("dyeing", "dyeing"), c("bearings", "bearings"), c("dyeing", "printing"))
densities <- unlist(lapply(pairs, function(pair) lapply(c(FALSE, TRUE), function(weighted) {
  exact <- kd(pair[1], pair[2], weighted)
  peer <- Kdhat(firms, r, pair[1], pair[2], Weighted = weighted, Approximate = 0)$Kd
  list(reference = pair[1], neighbour = pair[2], weighted = weighted, bandwidth = exact$bandwidth,
       density = exact$density, dbmss = peer)
})), recursive = FALSE)
relative <- lapply(pairs, function(pair) {
  exact <- m(pair[1], pair[2])
  peer <- mhat(firms, r, pair[1], pair[2], Approximate = 0)$m
  list(reference = pair[1], neighbour = pair[2], bandwidth = exact$bandwidth, m = exact$m, first = exact$first,
       dbmss = peer)
})

# Curves whose ranks tie at some places, and the global envelope test of the first against the others.
# Rounded at last, so that what ties here ties where it is read.
walks <- round(apply(matrix(rnorm(40 * 12), 12), 2, cumsum), 1)
found <- round(walks[, 1] + c(rep(0, 6), 4, 6, 9, 10, 11, 12), 1)
finite <- function(ends) if (all(is.infinite(ends))) rep(NA, length(ends)) else ends
tests <- lapply(c("two.sided", "greater", "less"), function(side) lapply(c(0.05, 0.1), function(level) {
  curves <- curve_set(r = 1:12, obs = found, sim = walks[, -1])
  tested <- global_envelope_test(curves, type = "erl", alpha = level, alternative = side, ties = "conservative")
  list(side = side, level = level, p = attr(tested, "p"), lower = finite(tested$lo), upper = finite(tested$hi))
}))

cat(toJSON(list(
  generated_with = list(R = R.version.string, dbmss = as.character(packageVersion("dbmss")),
                        GET = as.character(packageVersion("GET"))),
  x = x, y = y, weight = weight, type = type, r = r, densities = densities, relative = relative,
  envelope = list(found = found, simulated = t(walks[, -1]), tests = unlist(tests, recursive = FALSE))
), digits = 17, auto_unbox = TRUE, na = "null"))
