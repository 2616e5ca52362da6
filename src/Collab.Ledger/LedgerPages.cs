using Collab.Jobs;

namespace Collab.Ledger;

/// <summary>What the ledger says of a plan: its own page, and that of the algorithm it names.</summary>
public static class LedgerPages
{
    extension(ILedger ledger)
    {
        /// <summary>The final operations on a plan and on its algorithm; what <see cref="Authorization.Check"/> decides from.</summary>
        public JobPage PageOf(Plan plan) => ledger.WithAlgorithm(plan, ledger.Page(plan.Digest));

        /// <summary>So, with this party's own operations that are not final yet.</summary>
        public JobPage PageWithPendingOf(Plan plan) => ledger.WithAlgorithm(plan, ledger.PageWithPending(plan.Digest));

        private JobPage WithAlgorithm(Plan plan, JobPage page) =>
            plan.Algorithm is { } algorithm ? page.With(ledger.Page(algorithm.Id)) : page;
    }
}
