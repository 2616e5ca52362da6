# What R says of tests/data and notebooks/data; the tests of Collab.Statistics hold their findings against statistics.csv.
# From the repository's root, with R 4.2.2 and survival 3.5-3:  Rscript tests/vectors/r/statistics.R > tests/vectors/r/statistics.csv
suppressMessages(library(survival))
options(digits = 17, warn = -1)
say <- function(case, ..., term = "") {
  values <- c(...)
  for (name in names(values)) cat(paste(case, term, name, sprintf("%.17g", values[[name]]), sep = ","), "\n", sep = "")
}
htest <- function(case, test, ...) {
  statistic <- if (is.null(test$statistic)) NULL else c(statistic = unname(test$statistic))
  interval <- if (is.null(test$conf.int)) NULL else c(conf.low = test$conf.int[1], conf.high = test$conf.int[2])
  say(case, statistic, p.value = test$p.value, interval, ...)
}
exact <- function(case, test) say(case, estimate = unname(test$estimate), p.value = test$p.value, conf.low = test$conf.int[1], conf.high = test$conf.int[2])
# fisher.test with its own equations for the estimate and the interval, but solved to the last bits: R stops its root finder at 1.2e-4.
fisher <- function(case, x, alternative) {
  m <- sum(x[, 1]); n <- sum(x[, 2]); k <- sum(x[1, ]); seen <- x[1, 1]; lo <- max(0, k - n); hi <- min(k, m); support <- lo:hi
  logdc <- dhyper(support, m, n, k, log = TRUE)
  weights <- function(l) { d <- logdc + l * support; d <- exp(d - max(d)); d / sum(d) }
  solve <- function(f) exp(uniroot(f, c(-20, 20), tol = 1e-15, maxiter = 10000)$root)
  estimate <- if (seen == lo) 0 else if (seen == hi) Inf else solve(function(l) sum(support * weights(l)) - seen)
  outside <- if (alternative == "two.sided") 0.025 else 0.05
  low <- if (alternative == "less" || seen == lo) 0 else solve(function(l) sum(weights(l)[support >= seen]) - outside)
  high <- if (alternative == "greater" || seen == hi) Inf else solve(function(l) sum(weights(l)[support <= seen]) - outside)
  test <- fisher.test(x, alternative = alternative)
  stopifnot(isTRUE(all.equal(unname(test$estimate), estimate, tolerance = 1e-2)), isTRUE(all.equal(test$conf.int[1:2], c(low, high), tolerance = 0.2)))
  say(case, p.value = test$p.value, estimate = estimate, conf.low = low, conf.high = high)
}
cat("case,term,name,value\n")
hmda <- read.csv("tests/data/hmda.csv")
credit <- read.csv("tests/data/german_credit.csv")
nafld <- read.csv("notebooks/data/nafld1.csv")
events <- read.csv("notebooks/data/nafld3.csv")
yes <- hmda$pirat[hmda$deny == "yes"]
no <- hmda$pirat[hmda$deny == "no"]

# means
for (alternative in c("two.sided", "less", "greater")) {
  t <- t.test(hmda$pirat, mu = 0.33, alternative = alternative)
  htest(paste0("one-sample-", alternative), t, parameter = unname(t$parameter), stderr = t$stderr, estimate = unname(t$estimate))
  t <- t.test(yes, no, alternative = alternative)
  htest(paste0("welch-", alternative), t, parameter = unname(t$parameter), stderr = t$stderr, estimate1 = unname(t$estimate[1]), estimate2 = unname(t$estimate[2]))
}
t <- t.test(yes, no, var.equal = TRUE)
htest("equal-variances", t, parameter = unname(t$parameter), stderr = t$stderr)
t <- t.test(hmda$pirat, hmda$hirat, paired = TRUE, conf.level = 0.99)
htest("paired", t, parameter = unname(t$parameter), estimate = unname(t$estimate))
a <- summary(aov(pirat ~ factor(chist), hmda))[[1]]
say("anova", df = a$Df[1], df.residual = a$Df[2], sumsq = a$`Sum Sq`[1], sumsq.residual = a$`Sum Sq`[2], statistic = a$`F value`[1], p.value = a$`Pr(>F)`[1])
x <- nafld$bmi[!is.na(nafld$bmi)]
m <- function(k) mean((x - mean(x))^k)
say("shape", skewness = m(3) / m(2)^1.5, kurtosis = m(4) / m(2)^2)

# tables
t <- chisq.test(table(hmda$deny, hmda$afam)); htest("chi-squared-2x2", t, parameter = unname(t$parameter))
t <- chisq.test(table(hmda$deny, hmda$afam), correct = FALSE); htest("chi-squared-2x2-plain", t, parameter = unname(t$parameter))
t <- chisq.test(table(hmda$deny, hmda$chist)); htest("chi-squared-2x6", t, parameter = unname(t$parameter))
for (alternative in c("two.sided", "less", "greater")) {
  fisher(paste0("fisher-hmda-", alternative), table(hmda$deny, hmda$afam), alternative)
  fisher(paste0("fisher-few-", alternative), matrix(c(3, 1, 2, 7), 2), alternative)
}
fisher("fisher-zero", matrix(c(0, 6, 5, 2), 2), "two.sided")
t <- fisher.test(matrix(c(3, 1, 2, 4, 0, 6, 1, 5, 2, 2, 3, 4), 3)); say("fisher-3x4", p.value = t$p.value)
ab <- table(hmda$afam, hmda$deny)[2:1, 2:1]
o <- log(ab[1, 1] * ab[2, 2] / (ab[1, 2] * ab[2, 1])); se <- sqrt(sum(1 / ab)); z <- qnorm(0.975)
say("odds-ratio", estimate = exp(o), std.error = se, conf.low = exp(o - z * se), conf.high = exp(o + z * se))
rr <- log(ab[1, 1] / sum(ab[1, ]) / (ab[2, 1] / sum(ab[2, ]))); se <- sqrt(1 / ab[1, 1] - 1 / sum(ab[1, ]) + 1 / ab[2, 1] - 1 / sum(ab[2, ]))
say("relative-risk", estimate = exp(rr), std.error = se, conf.low = exp(rr - z * se), conf.high = exp(rr + z * se))
for (alternative in c("two.sided", "less", "greater")) exact(paste0("binomial-", alternative), binom.test(285, 2380, 0.13, alternative = alternative))
exact("binomial-none", binom.test(0, 12, 0.3))
t <- prop.test(285, 2380, 0.13); htest("proportion-one", t)
t <- prop.test(285, 2380, 0.13, correct = FALSE); htest("proportion-one-plain", t)
t <- prop.test(c(96, 189), c(339, 2041)); htest("proportion-two", t, estimate1 = unname(t$estimate[1]), estimate2 = unname(t$estimate[2]))
t <- prop.test(c(96, 189), c(339, 2041), correct = FALSE); htest("proportion-two-plain", t)
p <- c(120, 340, 400, 90, 50) / 1000; q <- c(100, 300, 420, 130, 70) / 1020
say("psi", estimate = sum((q - p) * log(q / p)))

# ranks
htest("mann-whitney-hmda", wilcox.test(yes, no))
htest("mann-whitney-hmda-less", wilcox.test(yes, no, alternative = "less"))
small1 <- c(1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30); small2 <- c(0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.07, 3.14, 1.28)
for (alternative in c("two.sided", "less", "greater")) htest(paste0("mann-whitney-exact-", alternative), wilcox.test(small1, small2, alternative = alternative))
t <- kruskal.test(pirat ~ factor(chist), hmda); htest("kruskal-wallis", t, parameter = unname(t$parameter))
htest("kolmogorov-smirnov-hmda", ks.test(hmda$pirat[hmda$single == "yes"], hmda$pirat[hmda$single == "no"], exact = FALSE))
htest("kolmogorov-smirnov-exact", ks.test(small1, small2))
htest("kolmogorov-smirnov-ties", ks.test(credit$Age[1:40], credit$Age[41:120]))
t <- cor.test(hmda$pirat, hmda$lvrat); htest("pearson", t, parameter = unname(t$parameter), estimate = unname(t$estimate))
t <- cor.test(credit$Duration, credit$Amount, alternative = "greater", conf.level = 0.9); htest("pearson-greater", t, parameter = unname(t$parameter), estimate = unname(t$estimate))
t <- cor.test(credit$Duration, credit$Amount, method = "spearman", exact = FALSE); htest("spearman", t, estimate = unname(t$estimate))
say("covariance", value = cov(hmda$pirat, hmda$lvrat))

# quantiles
quantiles <- function(case, x, p) { q <- quantile(x, p, type = 7, na.rm = TRUE); for (i in seq_along(p)) say(case, estimate = q[[i]], term = names(q)[i]) }
quantiles("quantiles-hmda", hmda$pirat, c(0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99))
quantiles("quantiles-hmda-yes", yes, c(0.1, 0.5, 0.925)); quantiles("quantiles-hmda-no", no, c(0.1, 0.5, 0.925))
quantiles("quantiles-bmi-women", nafld$bmi[nafld$male == 0], c(0.25, 0.5, 0.75)); quantiles("quantiles-bmi-men", nafld$bmi[nafld$male == 1], c(0.25, 0.5, 0.75))
for (event in c("diabetes", "htn", "nafld")) quantiles(paste0("quantiles-days-", event), events$days[events$event == event], c(0.05, 0.3333, 0.5, 0.95))
say("iqr-bmi-men", iqr = IQR(nafld$bmi[nafld$male == 1], na.rm = TRUE))
for (k in 1:3) say(paste0("median-credits-", k), estimate = median(credit$Amount[credit$NumberExistingCredits == k]), term = "50%")

# survival
show <- function(case, fit) for (i in seq_along(fit$time))
  say(case, n.risk = fit$n.risk[i], n.event = fit$n.event[i], n.censor = fit$n.censor[i], estimate = fit$surv[i], std.error = (fit$std.err * fit$surv)[i], conf.low = fit$lower[i], conf.high = fit$upper[i], term = sprintf("%.17g", fit$time[i]))
show("kaplan-meier-aml", survfit(Surv(time, status) ~ 1, aml[aml$x == "Maintained", ]))
show("kaplan-meier-nonmaintained", survfit(Surv(time, status) ~ 1, aml[aml$x == "Nonmaintained", ]))
m <- summary(survfit(Surv(time, status) ~ 1, aml))$table
say("median-aml", records = unname(m["records"]), events = unname(m["events"]), estimate = unname(m["median"]), conf.low = unname(m["0.95LCL"]), conf.high = unname(m["0.95UCL"]))
m <- summary(survfit(Surv(futime, status) ~ 1, nafld))$table
say("median-nafld", records = unname(m["records"]), events = unname(m["events"]), estimate = unname(m["median"]))
d <- function(case, test, k) { say(case, parameter = k - 1, statistic = test$chisq, p.value = pchisq(test$chisq, k - 1, lower.tail = FALSE)); for (g in seq_along(test$obs)) say(case, observed = test$obs[g], expected = test$exp[g], term = g) }
d("log-rank-aml", survdiff(Surv(time, status) ~ x, aml), 2)
d("log-rank-nafld", survdiff(Surv(futime, status) ~ male, nafld), 2)
nafld$decade <- pmin(8, pmax(3, nafld$age %/% 10))
d("log-rank-decades", survdiff(Surv(futime, status) ~ decade, nafld), 6)
tight <- coxph.control(eps = 1e-14, iter.max = 100)
cox <- function(case, fit) {
  s <- summary(fit)
  for (v in rownames(s$coefficients)) say(case, estimate = s$coefficients[v, "coef"], std.error = s$coefficients[v, "se(coef)"], statistic = s$coefficients[v, "z"], p.value = s$coefficients[v, "Pr(>|z|)"],
    conf.low = s$coefficients[v, "coef"] - z * s$coefficients[v, "se(coef)"], conf.high = s$coefficients[v, "coef"] + z * s$coefficients[v, "se(coef)"], exp.estimate = s$conf.int[v, "exp(coef)"], exp.conf.low = s$conf.int[v, "lower .95"], exp.conf.high = s$conf.int[v, "upper .95"], term = v)
  say(case, loglik.null = fit$loglik[1], loglik = fit$loglik[2], statistic.log = unname(s$logtest["test"]), statistic.wald = unname(fit$wald.test), statistic.sc = unname(s$sctest["test"]), p.value.log = unname(s$logtest["pvalue"]))
}
cox("cox-aml", coxph(Surv(time, status) ~ I(x == "Maintained"), aml, control = tight))
cox("cox-nafld", coxph(Surv(futime, status) ~ age + male + bmi, nafld, control = tight))
# times rounded up to a grid, and followed on beyond its last end, as jobs of Cox regression do
ends <- c(500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 5000, 6000)
interval <- findInterval(nafld$futime, ends, left.open = TRUE) + 1
nafld$rounded <- c(ends, 1e6)[interval]; nafld$seen <- ifelse(interval > length(ends), 0, nafld$status)
cox("cox-grid", coxph(Surv(rounded, seen) ~ age + male + bmi, nafld, control = tight))

ends <- c(12, 24, 36, 72)
interval <- findInterval(credit$Duration, ends, left.open = TRUE) + 1
credit$rounded <- c(ends, 1e6)[interval]; credit$seen <- as.numeric(interval <= length(ends) & credit$Class == "Bad")
cox("cox-credit", coxph(Surv(rounded, seen) ~ Age + InstallmentRatePercentage, credit, control = tight))

# regression
lin <- function(case, fit, vif = NULL) {
  s <- summary(fit); ci <- confint(fit)
  for (v in rownames(s$coefficients)) say(case, estimate = s$coefficients[v, 1], std.error = s$coefficients[v, 2], statistic = s$coefficients[v, 3], p.value = s$coefficients[v, 4], conf.low = ci[v, 1], conf.high = ci[v, 2], term = v)
  f <- s$fstatistic
  say(case, r.squared = s$r.squared, adj.r.squared = s$adj.r.squared, sigma = s$sigma, statistic = unname(f[1]), df = unname(f[2]), df.residual = unname(f[3]), p.value = unname(pf(f[1], f[2], f[3], lower.tail = FALSE)))
}
lin("linear-credit", lm(Amount ~ Duration + Age + InstallmentRatePercentage + NumberExistingCredits, credit))
lin("linear-nafld", lm(bmi ~ age + male + height, nafld))
vif <- function(v, others) 1 / (1 - summary(lm(reformulate(others, v), credit))$r.squared)
say("linear-credit", vif = vif("Duration", c("Age", "InstallmentRatePercentage", "NumberExistingCredits")), term = "Duration")
say("linear-credit", vif = vif("Age", c("Duration", "InstallmentRatePercentage", "NumberExistingCredits")), term = "Age")
gen <- function(case, fit) {
  s <- summary(fit)
  for (v in rownames(s$coefficients)) { b <- s$coefficients[v, ]; say(case, estimate = b[[1]], std.error = b[[2]], statistic = b[[3]], p.value = b[[4]], conf.low = b[[1]] - z * b[[2]], conf.high = b[[1]] + z * b[[2]], term = v) }
  say(case, null.deviance = fit$null.deviance, df.null = fit$df.null, AIC = fit$aic, deviance = fit$deviance, df.residual = fit$df.residual, iterations = fit$iter)
}
gen("logistic-hmda", glm(I(deny == "yes") ~ pirat + lvrat + chist + I(afam == "yes"), binomial, hmda))
gen("logistic-joint", glm(I(deny == "yes") ~ pirat + lvrat + chist, binomial, hmda))
gen("logistic-missing", glm(status ~ age + male + bmi, binomial, nafld))
gen("logistic-credit", glm(I(Class == "Bad") ~ Duration + Amount + Age + InstallmentRatePercentage, binomial, credit))
gen("poisson-credit", glm(NumberExistingCredits ~ Duration + Age + Telephone, poisson, credit))

# tails and quantiles, far out too
tail <- function(name, ...) { v <- c(...); for (i in seq_along(v)) say("tails", setNames(v[i], name), term = i) }
tail("normal", pnorm(c(-3, 0.3, 5, 20), lower.tail = FALSE))
tail("student", pt(c(-1.2, 2.5, 12, 40), c(4, 7, 17547.25, 2000), lower.tail = FALSE))
tail("chi-squared", pchisq(c(3.2, 200, 900), c(1, 200, 20), lower.tail = FALSE))
tail("fisher", pf(c(3.1, 60), c(4, 3), c(995, 17000), lower.tail = FALSE))
tail("normal-quantile", qnorm(c(0.005, 0.025)))
tail("student-quantile", qt(c(0.025, 0.0005, 0.025), c(7, 3, 17547.25)))
tail("beta-quantile", qbeta(c(0.025, 0.005), c(5, 285), c(17.2, 2096)))
# Rank tests over bins: every value replaced by its bin, (.., b1], (b1, b2], .., as jobs of binned analyses do.
binned <- function(x, breaks) as.integer(cut(x, c(-Inf, breaks, Inf)))
ratio <- binned(hmda$pirat, c(0.25, 0.3, 0.35, 0.4)); denied <- hmda$deny == "yes"
names <- c("x <= 0.25", "0.25 < x <= 0.3", "0.3 < x <= 0.35", "0.35 < x <= 0.4", "x > 0.4")
for (bin in 1:5) say("binned-histogram", count = sum(ratio == bin), term = names[bin])
htest("binned-mann-whitney", wilcox.test(ratio[denied], ratio[!denied]))
t <- kruskal.test(ratio, factor(hmda$deny)); htest("binned-kruskal-wallis", t, parameter = unname(t$parameter))
# Kolmogorov's series in full: ks.test stops it at 1e-8 and, far out, subtracts from 1.
d <- unname(ks.test(ratio[denied], ratio[!denied], exact = FALSE)$statistic); x2 <- d^2 * sum(denied) * sum(!denied) / length(denied); k <- 1:100
say("binned-kolmogorov-smirnov", statistic = d, p.value = 2 * sum((-1)^(k - 1) * exp(-2 * k^2 * x2)))
p <- table(ratio[denied]) / sum(denied); q <- table(ratio[!denied]) / sum(!denied); say("binned-stability", estimate = sum((q - p) * log(q / p)))

# ranks of values over several owners: with missing values, and where ties leave the limiting distribution (Kolmogorov's series in full)
some <- nafld[1:400, ]
htest("ranks-missing-mann-whitney", wilcox.test(some$bmi[some$male == 1], some$bmi[some$male == 0]))
t <- cor.test(some$weight, some$height, method = "spearman", exact = FALSE); htest("ranks-missing-spearman", t, estimate = unname(t$estimate))
d <- unname(ks.test(credit$Age[1:40], credit$Age[41:120], exact = FALSE)$statistic); x2 <- d^2 * 40 * 80 / 120; k <- 1:100
say("ranks-tied-kolmogorov-smirnov", statistic = d, p.value = 2 * sum((-1)^(k - 1) * exp(-2 * k^2 * x2)))

# Rows that a filter takes, as jobs with 'where' do: subset() takes those for which the condition is TRUE, not NA.
chosen <- subset(hmda, hirat <= 0.3 & single == "no" & !(chist %in% c(5, 6)))
say("filtered", count = nrow(chosen), mean = mean(chosen$pirat), sd = sd(chosen$pirat))
htest("filtered-welch", t.test(pirat ~ deny, chosen))
t <- cor.test(chosen$pirat, chosen$lvrat); htest("filtered-pearson", t, estimate = unname(t$estimate))
gen("filtered-logistic", glm(I(deny == "yes") ~ pirat + lvrat, binomial, chosen))

# Correlations of ranks over rows brought together: few rows, ties in both columns, and rows that a filter takes.
spearman <- function(case, x, y) { t <- cor.test(x, y, method = "spearman", exact = FALSE); htest(case, t, estimate = unname(t$estimate)) }
spearman("joined-spearman-falling", 1:3, 3:1)
spearman("joined-spearman-tied", c(1, 1, 2, 2, 2, 3, 9), c(4, 4, 4, 1, 7, 7, 0))
spearman("joined-spearman-filtered", chosen$pirat, chosen$lvrat)
