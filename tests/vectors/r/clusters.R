# Clusters by R's kmeans, for the joint clustering of specs/cluster.md: Lloyd's algorithm from the values of named rows, run until nothing moves.
# From the repository's root, with R 4.2.2:  Rscript tests/vectors/r/clusters.R > tests/vectors/r/clusters.csv
cat("case,term,value\n")
say <- function(case, term, value) cat(paste(case, term, sprintf("%.17g", value), sep = ","), "\n", sep = "")
scaled <- function(x) { x <- x - mean(x); x / sqrt(mean(x^2)) }

german <- read.csv("tests/data/german_credit.csv", check.names = FALSE)
x <- apply(as.matrix(german[, c("Duration", "Amount", "Age", "ResidenceDuration", "NumberExistingCredits")]), 2, scaled)
start <- c(1, 2, 4, 9)
found <- kmeans(x, centers = x[start, ], iter.max = 200, algorithm = "Lloyd")
say("german", "iterations", found$iter)
for (c in seq_along(start)) {
  say("german", paste0("size", c), found$size[c])
  for (j in colnames(x)) say("german", paste0(j, c), found$centers[c, j])
}
