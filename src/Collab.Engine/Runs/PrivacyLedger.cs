using System.Globalization;
using System.Numerics;
using Collab.Engine.Descriptions;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Privacy;

namespace Collab.Engine.Runs;

/// <summary>What private answers over each of this owner's datasets have cost, and whether one more is within its budget (protocols/specs/differential-privacy.md, "Budget").</summary>
/// <remarks>
/// Spent before anything of an answer leaves the owner, durably, whether or not the run then succeeds. Kept in the node's encrypted store, for good, also while the policy names
/// no budget; less than 100 bytes for each run. Neither the check nor what it says depends on a row.
/// </remarks>
internal static class PrivacyLedger
{
    private const string Prefix = "privacy-spent/";

    private static readonly Lock Spending = new(); // two runs at once must not both spend the last of it

    /// <summary>The privacy that a plan asks for; null when its answer is exact.</summary>
    public static PrivacyChoice? ChoiceOf(Plan plan) => (plan.Question as StatisticsQuestion)?.Privacy;

    /// <summary>Checks that one run of a plan is within the budget, and spends nothing.</summary>
    /// <exception cref="CollabException"><see cref="PrivacyErrors.BudgetSpent"/>.</exception>
    public static void Require(IJobStore store, ApprovalPolicy policy, Plan plan, PlanInput input)
    {
        if (ChoiceOf(plan) is { } choice) Require(store, policy, plan, input, choice);
    }

    /// <summary>Spends what one run of a private plan costs; nothing of an exact one.</summary>
    /// <exception cref="CollabException"><see cref="PrivacyErrors.BudgetSpent"/>; nothing is spent then.</exception>
    public static void Spend(IJobStore store, ApprovalPolicy policy, Plan plan, PlanInput input)
    {
        if (ChoiceOf(plan) is not { } choice) return;
        lock (Spending)
        {
            Require(store, policy, plan, input, choice);
            var folder = FolderOf(input.DatasetId);
            store.Put($"{folder}{store.List(folder).Count.ToString("d8", CultureInfo.InvariantCulture)}", new PrivateAnswer(plan.Digest, plan.Requester, choice).Encode());
        }
    }

    /// <summary>What is left: a line for each dataset and requester to whom something was answered, or for each dataset.</summary>
    public static IReadOnlyList<BudgetLeft> Left(IJobStore store, ApprovalPolicy policy, IEnumerable<DatasetOffer> offers)
    {
        if (policy.Budget is not { } budget) return [];
        return [.. from offer in offers
                   from requester in budget.IsOfAllAnalysts ? [null] : AnswersOf(store, offer.Id).Select(answer => answer.Requester).Distinct().Order().Cast<PartyId?>()
                   let spent = AccountOf(store, offer.Id, requester)
                   select new BudgetLeft(
                       offer.Name, requester, Text(spent.LaplaceLeft(budget)), budget.Delta == 0 ? null : Text(spent.GaussianLeft(budget)))];
    }

    // With no requester, what all were answered.
    private static PrivacyAccount AccountOf(IJobStore store, Digest dataset, PartyId? requester) => AnswersOf(store, dataset)
        .Where(answer => requester is null || answer.Requester == requester)
        .Aggregate(PrivacyAccount.Empty, (account, answer) => account.With(answer.Choice));

    private static string Text(BigInteger epsilon) => PrivacyChoice.Decimal((long)epsilon, PrivacyChoice.EpsilonScale);

    private static void Require(IJobStore store, ApprovalPolicy policy, Plan plan, PlanInput input, PrivacyChoice choice)
    {
        if (policy.Budget is not { } budget) return;
        var spent = AccountOf(store, input.DatasetId, budget.IsOfAllAnalysts ? null : plan.Requester);
        if (spent.With(choice).IsWithin(budget)) return;
        throw new CollabException(
            PrivacyErrors.BudgetSpent,
            $"{input.Owner}'s budget for '{input.Dataset}' has left, for {(budget.IsOfAllAnalysts ? "all requesters together" : plan.Requester.Name)}, epsilon {Text(spent.LaplaceLeft(budget))} of Laplace noise"
            + (budget.Delta == 0 ? "" : $" or {Text(spent.GaussianLeft(budget))} of Gaussian noise with delta {PrivacyChoice.Decimal(budget.Delta, PrivacyChoice.DeltaScale)}")
            + $"; the job asks for {choice.Text}.",
            input.Owner, RunSteps.Read);
    }

    private static IEnumerable<PrivateAnswer> AnswersOf(IJobStore store, Digest dataset) =>
        store.List(FolderOf(dataset)).Select(key => PrivateAnswer.Decode(store.Get(key)!));

    private static string FolderOf(Digest dataset) => $"{Prefix}{dataset}/";

    /// <summary>One run's answer, as it is kept.</summary>
    private sealed record PrivateAnswer(Digest Job, PartyId Requester, PrivacyChoice Choice)
    {
        // Ranges are in the plan; what was spent does not depend on them.
        public ReadOnlySpan<byte> Encode()
        {
            var writer = new CanonicalWriter().Digest(Job).Party(Requester);
            (Choice with { Ranges = [] }).Encode(writer);
            return writer.Written;
        }

        public static PrivateAnswer Decode(ReadOnlySpan<byte> bytes)
        {
            var reader = new CanonicalReader(bytes);
            var answer = new PrivateAnswer(reader.Digest(), reader.Party(), PrivacyChoice.Decode(ref reader, []));
            reader.End();
            return answer;
        }
    }
}
