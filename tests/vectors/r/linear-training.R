# Linear models by plain training in R, for the joint training of specs/train-linear.md: gradient descent with the same batches, and for regression also what lm fits.
# From the repository's root, with R 4.2.2:  Rscript tests/vectors/r/linear-training.R > tests/vectors/r/linear-training.csv
cat("case,term,value\n")
say <- function(case, term, value) cat(paste(case, term, sprintf("%.17g", value), sep = ","), "\n", sep = "")
scaled <- function(x) { x <- x - mean(x); x / sqrt(mean(x^2)) }

train <- function(case, x, y, predict, epochs, batch, rate, l2) {
  x <- cbind(`(Intercept)` = 1, apply(x, 2, scaled))
  kept <- c(0, rep(1, ncol(x) - 1))
  w <- rep(0, ncol(x))
  for (epoch in 1:epochs) {
    loss <- 0
    for (start in seq(1, nrow(x), batch)) {
      at <- start:min(nrow(x), start + batch - 1)
      e <- predict(as.vector(x[at, , drop = FALSE] %*% w)) - y[at]
      loss <- loss + sum(e^2)
      w <- w - rate * (as.vector(t(x[at, , drop = FALSE]) %*% e) / batch + l2 * kept * w)
    }
    say(case, paste0("loss", epoch), loss / nrow(x))
  }
  for (j in seq_along(w)) say(case, colnames(x)[j], w[j])
}
three <- function(z) pmin(1, pmax(0, z + 0.5))

german <- read.csv("tests/data/german_credit.csv", check.names = FALSE)
numbers <- c("Duration", "Amount", "InstallmentRatePercentage", "ResidenceDuration", "Age", "NumberExistingCredits", "NumberPeopleMaintenance", "Telephone")
train("german-three-pieces", as.matrix(german[, numbers]), ifelse(german$Class == "Bad", 1, 0), three, 3, 64, 0.1, 0.01)
others <- setdiff(numbers, "Amount")
train("german-regression", as.matrix(german[, others]), scaled(german$Amount), identity, 40, 1000, 0.6, 0)
fit <- lm(german$Amount ~ as.matrix(german[, others]))
for (j in seq_along(others)) say("german-lm", others[j], coef(fit)[[j + 1]])
say("german-lm", "(Intercept)", coef(fit)[[1]])

good <- glm(ifelse(german$Class == "Bad", 1, 0) ~ apply(as.matrix(german[, numbers]), 2, scaled), family = binomial, control = list(epsilon = 1e-14))
for (j in seq_along(numbers)) say("german-glm", numbers[j], coef(good)[[j + 1]])
say("german-glm", "(Intercept)", coef(good)[[1]])

# With standard errors, for Newton's method: columns scaled, and for lm the response too.
errors <- function(case, fit, names) {
  se <- sqrt(diag(vcov(fit)))
  for (j in seq_along(names)) say(case, paste("se", names[j]), se[[j + 1]])
  say(case, "se (Intercept)", se[[1]])
}
coefs <- function(case, fit, names) {
  for (j in seq_along(names)) say(case, names[j], coef(fit)[[j + 1]])
  say(case, "(Intercept)", coef(fit)[[1]])
  errors(case, fit, names)
}
errors("german-glm", good, numbers)
all <- lm(scaled(german$Amount) ~ apply(as.matrix(german[, others]), 2, scaled))
coefs("german-lm-scaled", all, others)
say("german-lm-scaled", "loss", mean(resid(all)^2))

hmda <- read.csv("tests/data/hmda.csv")
columns <- c("pirat", "hirat", "lvrat", "chist", "mhist", "unemp")
train("hmda-three-pieces", as.matrix(hmda[, columns]), ifelse(hmda$deny == "yes", 1, 0), three, 2, 128, 0.2, 0)

standard <- apply(as.matrix(hmda[, columns]), 2, scaled)
denied <- glm(ifelse(hmda$deny == "yes", 1, 0) ~ standard, family = binomial, control = list(epsilon = 1e-14))
ratio <- lm(scaled(hmda$lvrat) ~ standard[, columns != "lvrat"])
say("hmda-glm", "(Intercept)", coef(denied)[[1]])
for (j in seq_along(columns)) say("hmda-glm", columns[j], coef(denied)[[j + 1]])
say("hmda-lm", "(Intercept)", coef(ratio)[[1]])
for (j in seq_along(setdiff(columns, "lvrat"))) say("hmda-lm", setdiff(columns, "lvrat")[j], coef(ratio)[[j + 1]])
deny <- ifelse(hmda$deny == "yes", 1, 0)
errors("hmda-glm", glm(deny ~ apply(as.matrix(hmda[, columns]), 2, scaled), family = binomial, control = list(epsilon = 1e-14)), columns)
coefs("hmda-two-glm", glm(deny ~ apply(as.matrix(hmda[, columns[1:2]]), 2, scaled), family = binomial, control = list(epsilon = 1e-14)), columns[1:2])
