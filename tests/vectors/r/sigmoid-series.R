# The coefficients of Sigmoid.Series (specs/train-linear.md): of sums of c_k sin(2 pi k z / 32), k = 1 to 18, the one nearest to the sigmoid less 1/2 on [-12, 12].
# Nearest in the largest difference, by reweighted least squares (Lawson).  From the repository's root, with R 4.2.2:  Rscript tests/vectors/r/sigmoid-series.R
z <- 12 * sin(pi / 2 * seq(0, 1, length = 4001))
terms <- sapply(1:18, function(k) sin(2 * pi * k * z / 32))
y <- plogis(z) - 0.5
weight <- rep(1, length(z))
for (round in 1:100) {
  fit <- qr.solve(terms * sqrt(weight), y * sqrt(weight), tol = 1e-14)
  error <- as.vector(abs(terms %*% fit - y))
  weight <- weight * (error + 1e-4 * max(error))
  weight <- weight / mean(weight)
}
cat(sprintf("%.12f", fit), sep = ", ")
cat("\n# largest difference", max(error), "\n")
