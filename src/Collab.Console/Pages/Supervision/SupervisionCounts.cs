using System.Globalization;
using Collab.Console.Pages.Audit;
using Collab.Evidence.Trails;

namespace Collab.Console.Pages.Supervision;

/// <summary>What a supervisor counts of the logs.</summary>
/// <param name="States">The states that occur, in the order of a job's life.</param>
/// <param name="ByMonth">A line for each month, the newest first: the month, jobs in each state, all.</param>
/// <param name="ByPurpose">A line for each requester and purpose: jobs, runs, runs committed, runs that were not.</param>
/// <param name="ByParty">A line for each party: how often it wrote each of <see cref="Acts"/>.</param>
/// <param name="Refusals">Refusals, revocations and aborts, the newest first.</param>
internal sealed record SupervisionCounts(
    IReadOnlyList<string> States, IReadOnlyList<IReadOnlyList<string>> ByMonth, IReadOnlyList<IReadOnlyList<string>> ByPurpose,
    IReadOnlyList<IReadOnlyList<string>> ByParty, IReadOnlyList<SupervisionCounts.Refusal> Refusals)
{
    /// <summary>The kinds of events that are counted for each party.</summary>
    public static readonly IReadOnlyList<string> Acts = ["proposed", "granted", "endorsed", "refused", "revoked", "spent", "committed", "aborted", "declined"];

    private static readonly string[] Life = ["not proposed", "proposed", "authorized", "started", "committed", "aborted", "closed"];
    private static readonly string[] Against = ["refused", "revoked", "aborted", "declined"];

    /// <summary>Something that was not done, or was taken back.</summary>
    internal sealed record Refusal(DateTimeOffset Time, string Party, string Kind, string Code, string Job);

    /// <summary>Counts a trail.</summary>
    public static SupervisionCounts Of(AuditTrail trail)
    {
        var jobs = trail.Jobs.Select(job => (Job: job, State: EvidenceWords.StateOf(job.State), Month: job.Events[0].Time.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture))).ToList();
        string[] states = [.. jobs.Select(job => job.State).Distinct().OrderBy(state => Array.IndexOf(Life, state))];
        var events = trail.Jobs.SelectMany(job => job.Events, (job, e) => (Job: job.Job.Short, Event: e)).Concat(trail.Others.Select(e => (Job: "", Event: e))).Where(of => of.Event.Index is not null).ToList();
        return new(
            states,
            [.. jobs.GroupBy(job => job.Month).OrderByDescending(month => month.Key, StringComparer.Ordinal).Select(month =>
                (string[])[month.Key, .. states.Select(state => Number(month.Count(job => job.State == state))), Number(month.Count())])],
            [.. trail.Jobs.GroupBy(job => (Requester: job.Requester.Name, Purpose: job.Purpose ?? "")).OrderBy(of => of.Key.Requester, StringComparer.Ordinal).ThenBy(of => of.Key.Purpose, StringComparer.Ordinal).Select(of =>
                (string[])[of.Key.Requester, of.Key.Purpose, Number(of.Count()), Number(of.Sum(job => job.Runs.Count)), Number(of.Sum(Committed)), Number(of.Sum(job => job.Runs.Count - Committed(job)))])],
            [.. events.GroupBy(of => of.Event.Party.Name).OrderBy(party => party.Key, StringComparer.Ordinal).Select(party =>
                (string[])[party.Key, .. Acts.Select(kind => Number(party.Count(of => of.Event.Kind == kind)))])],
            [.. events.Where(of => Against.Contains(of.Event.Kind)).OrderByDescending(of => of.Event.Time).Select(of => new Refusal(of.Event.Time, of.Event.Party.Name, of.Event.Kind, of.Event.Code ?? "", of.Job))]);
    }

    private static int Committed(TrailJob job) => job.Runs.Count(run => run.Outcome == "committed");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
