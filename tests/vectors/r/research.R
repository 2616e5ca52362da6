# What R says of the cohort of the multi-centre templates (protocols/templates/cohort-*.yaml): those of notebooks/data/nafld1.csv whose bmi is known, without all but the first 7 men of 85 years and more.
# From the repository's root, with R 4.2.2 and survival 3.5-3:  Rscript tests/vectors/r/research.R > tests/vectors/r/research.csv
suppressMessages(library(survival))
cat("case,term,name,value\n")
say <- function(case, term, name, value) cat(paste(case, term, name, sprintf("%.17g", value), sep = ","), "\n", sep = "")

all <- read.csv("notebooks/data/nafld1.csv")
all <- all[!is.na(all$bmi), ]
old <- all$male == 1 & all$age >= 85
cohort <- all[!old | cumsum(old) <= 7, ]
band <- as.character(cut(cohort$age, c(17, 39, 54, 69, 84, 200), c("18-39", "40-54", "55-69", "70-84", "85+")))
cohort$stratum <- paste(ifelse(cohort$male == 1, "m", "f"), band)
for (level in sort(unique(cohort$stratum))) for (column in c("age", "bmi")) {
  values <- na.omit(cohort[cohort$stratum == level, column])
  say(paste("baseline", column), level, "count", length(values))
  say(paste("baseline", column), level, "mean", mean(values))
  say(paste("baseline", column), level, "sd", sd(values))
}

bins <- table(cut(cohort$age, c(-Inf, 30, 40, 50, 60, 70, 80, Inf)))
for (i in seq_along(bins)) say("histogram", i, "count", bins[[i]])

# A time counts at the end of its interval; who is followed beyond the last end is censored after it.
ends <- c(365, 730, 1095, 1460, 1825, 2190, 2555, 2920, 3285, 3650, 4380, 5110, 5840, 6570, 7300)
place <- findInterval(cohort$futime, ends, left.open = TRUE) + 1
cohort$time <- c(ends, 7301)[place]
cohort$died <- ifelse(place > length(ends), 0, cohort$status)
curves <- summary(survfit(Surv(time, died) ~ male, cohort), censored = TRUE)
for (i in seq_along(curves$time)) if (curves$time[i] <= 7300) {
  case <- paste("survival", curves$strata[i])
  say(case, curves$time[i], "n.risk", curves$n.risk[i])
  say(case, curves$time[i], "estimate", curves$surv[i])
  say(case, curves$time[i], "conf.low", curves$lower[i])
  say(case, curves$time[i], "conf.high", curves$upper[i])
}
test <- survdiff(Surv(time, died) ~ male, cohort)
say("log-rank", "", "statistic", test$chisq)
say("log-rank", "", "p.value", pchisq(test$chisq, 1, lower.tail = FALSE))

counts <- table(cohort$male, cohort$status)
odds <- log(counts[2, 2] * counts[1, 1] / (counts[2, 1] * counts[1, 2]))
reach <- qnorm(0.975) * sqrt(sum(1 / counts))
say("odds-ratio", "", "estimate", exp(odds)); say("odds-ratio", "", "conf.low", exp(odds - reach)); say("odds-ratio", "", "conf.high", exp(odds + reach))
score <- prop.test(sum(cohort$status), nrow(cohort), 0.08)
say("proportion", "", "estimate", score$estimate); say("proportion", "", "p.value", score$p.value); say("proportion", "", "conf.low", score$conf.int[1])
say("proportion-exact", "", "p.value", binom.test(sum(cohort$status), nrow(cohort), 0.08)$p.value)
model <- summary(lm(bmi ~ age + male, cohort))$coefficients
for (name in rownames(model)) { say("linear", name, "estimate", model[name, 1]); say("linear", name, "p.value", model[name, 4]) }
logistic <- summary(glm(status ~ age + male, binomial, cohort))$coefficients
for (name in rownames(logistic)) { say("logistic", name, "estimate", logistic[name, 1]); say("logistic", name, "std.error", logistic[name, 2]) }
hazard <- summary(coxph(Surv(futime, status) ~ age + male, cohort, control = coxph.control(eps = 1e-12, toler.chol = 1e-13)))$coefficients
for (name in rownames(hazard)) { say("cox", name, "estimate", hazard[name, 1]); say("cox", name, "std.error", hazard[name, 3]) }
