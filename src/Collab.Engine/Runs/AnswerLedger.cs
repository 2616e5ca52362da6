using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics;
using Collab.Statistics.Disclosure;

namespace Collab.Engine.Runs;

/// <summary>What this owner has answered over each of its datasets, and whether one more answer would single out few rows (protocols/specs/disclosure.md).</summary>
/// <remarks>
/// Noted before anything of an answer leaves the owner, durably, whether or not the run then succeeds: what has perhaps been told counts as told. The same question over
/// the same rows adds nothing. Kept in the node's encrypted store, for good: a few kilobytes for each set of rows.
/// </remarks>
internal sealed class AnswerLedger
{
    private const int MaximumSets = 8192;

    private static readonly Lock Answering = new(); // two runs at once must not each miss the other

    private readonly EnginePorts _ports;
    private readonly Plan _plan;
    private readonly PlanInput _input;
    private readonly int _threshold;
    private readonly AnsweredRows? _rows;
    private readonly bool _isJoined; // whether what is noted are rows that were brought to a join
    private string? _noted;          // where this run's sets stand, if it had new ones

    private AnswerLedger(EnginePorts ports, Plan plan, PlanInput input, int threshold, bool isJoined, Func<ulong, AnsweredRows> rows)
    {
        (_ports, _plan, _input, _threshold, _isJoined) = (ports, plan, input, threshold, isJoined);
        if (threshold > 1) _rows = rows(Secret());
    }

    /// <summary>Reads an owner's granted rows once, for the question and for the ledger, and notes the answer, or refuses it.</summary>
    /// <param name="ports">What the host gives.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="input">This owner's input.</param>
    /// <param name="minimumGroup">The question's.</param>
    /// <param name="add">Takes a batch in for the question, and checks it.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="CollabException"><see cref="DisclosureErrors.TooClose"/>, <see cref="DisclosureErrors.LedgerFull"/> or <see cref="DisclosureErrors.LedgerUnreadable"/>; nothing is noted then. Or what reading throws.</exception>
    /// <returns>What was read, and the ledger of this run, to be told what the gate withheld.</returns>
    public static async Task<AnswerLedger> ReadAsync(
        EnginePorts ports, Plan plan, PlanInput input, int minimumGroup, Action<ColumnBatch> add, CancellationToken cancellation)
    {
        using var data = new GrantedData(ports, input);
        var threshold = ThresholdOf(ports, minimumGroup);
        if (PrivacyLedger.ChoiceOf(plan) is not null && ports.Policy.Budget is not null) threshold = 0; // the budget bounds what its answers tell together, and no row decides a refusal
        var ledger = new AnswerLedger(ports, plan, input, threshold, isJoined: false, secret => new AnsweredRows(plan.Question, data.Version, secret, threshold, input.Filter));
        await foreach (var batch in data.ReadAsync(cancellation))
        {
            add(batch);
            ledger._rows?.Add(batch);
        }

        ledger.Read = data.Close(ports.Random);
        ledger.Admit();
        return ledger;
    }

    /// <summary>Begins to note which rows this owner brings to the analyses of a join; they are given one by one, and then <see cref="Admit"/> judges them.</summary>
    /// <param name="ports">What the host gives.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="version">The version of the dataset that is read.</param>
    /// <param name="columns">For each analysis this owner's columns of it.</param>
    public static AnswerLedger OfBrought(EnginePorts ports, Plan plan, Digest version, IReadOnlyList<IReadOnlyList<string>> columns)
    {
        var threshold = ThresholdOf(ports, ((AnalysisQuestion)plan.Question).MinimumGroupSize);
        var input = plan.InputOf(ports.Self)!;
        return new AnswerLedger(ports, plan, input, threshold, isJoined: true, secret => new AnsweredRows(columns, version, secret, threshold, input.Filter));
    }

    /// <summary>Takes in a row that is brought if it has a value in each column.</summary>
    public void AddBrought(ColumnBatch batch, int row) => _rows?.Add(batch, row);

    /// <summary>What was read.</summary>
    public SnapshotReference? Read { get; private set; }

    /// <summary>
    /// Takes note of what the gate withheld, before anything is opened: a group that was withheld may follow from what earlier answers told and this one would tell.
    /// </summary>
    /// <param name="judge">What became of each set of one measure or analysis of the question, given its sets.</param>
    /// <param name="count">How many measures or analyses it has.</param>
    /// <exception cref="CollabException"><see cref="DisclosureErrors.TooClose"/>: with earlier answers this one would give withheld groups with rows of this owner.</exception>
    public void Settle(int count, Func<int, IReadOnlyList<AnsweredCell>, IReadOnlyList<JudgedSet>> judge)
    {
        if (_rows is null) return;
        lock (Answering)
        {
            var book = new AnswerBook(_ports.Store, _ports.Self, _input.DatasetId, _isJoined);
            JudgedSet[] earlier = [.. book.Answers.Where(answer => answer.Key != _noted).SelectMany(answer => answer.Answer.Sets)];
            var now = new List<JudgedSet>();
            foreach (var judged in Enumerable.Range(0, count).SelectMany(part => judge(part, _rows.CellsOf(part))).OrderByDescending(judged => judged.IsTold))
                if (!earlier.Concat(now).Any(known => (known.IsTold || known.State == judged.State) && known.Set.IsSame(judged.Set))) now.Add(judged);
            if (WithheldGroups.AreGiven([.. earlier, .. now], _threshold))
            {
                if (_noted is not null) book.Put(_noted, new AnswerBook.Answer(_plan.Digest, [])); // nothing of it will be opened
                throw new CollabException(
                    DisclosureErrors.TooClose,
                    $"With earlier answers over '{_input.Dataset}' this one would give groups that are withheld, with rows of {_input.Owner}, as a sum or difference of what is told.", _input.Owner, RunSteps.Protocol);
            }

            if (_noted is not null || now.Count > 0) _noted = book.Put(_noted, new AnswerBook.Answer(_plan.Digest, now));
        }
    }

    private static int ThresholdOf(EnginePorts ports, int minimumGroup) => ports.Policy.DifferBy is { } own ? own == 0 ? 0 : Math.Max(own, minimumGroup) : minimumGroup;

    /// <summary>Notes the rows that were taken in, or refuses the answer; nothing has left this owner yet.</summary>
    /// <exception cref="CollabException"><see cref="DisclosureErrors.TooClose"/>, <see cref="DisclosureErrors.LedgerFull"/> or <see cref="DisclosureErrors.LedgerUnreadable"/>; nothing is noted then.</exception>
    public void Admit()
    {
        if (_rows is null) return;
        lock (Answering)
        {
            var book = new AnswerBook(_ports.Store, _ports.Self, _input.DatasetId, _isJoined);
            AnsweredSet[] earlier = [.. book.Answers.SelectMany(answer => answer.Answer.Sets).Select(judged => judged.Set)];
            JudgedSet[] asked = [.. _rows.Judged.Where(judged => !earlier.Any(other => judged.Set.IsSame(other)))]; // as told, until the gate has spoken
            if (earlier.Length + asked.Length > MaximumSets)
            {
                throw new CollabException(
                    DisclosureErrors.LedgerFull, $"{_input.Owner} has answered over {earlier.Length} sets of rows of '{_input.Dataset}'; with {asked.Length} more they are more than it compares.",
                    _input.Owner, RunSteps.Read);
            }

            if (asked.Length == 0) return;
            if (Differencing.Find([.. earlier.Where(set => !set.IsImplied)], [.. asked.Select(judged => judged.Set).Where(set => !set.IsImplied)], _threshold) is { } conflict)
            {
                var job = book.Answers.FirstOrDefault(answer => answer.Answer.Sets.Any(judged => ReferenceEquals(judged.Set, conflict.Earlier))).Answer?.Job;
                throw new CollabException(
                    DisclosureErrors.TooClose,
                    $"With {(job is { } other ? $"job {other.Short}" : "its own other parts")} an answer over '{_input.Dataset}' would single out fewer than {_threshold} rows of {_input.Owner}.",
                    _input.Owner, RunSteps.Read);
            }

            _noted = book.Put(null, new AnswerBook.Answer(_plan.Digest, asked));
        }
    }

    private ulong Secret()
    {
        const string Key = "answered-secret";
        lock (Answering)
        {
            if (_ports.Store.Get(Key) is { } known) return BitConverter.ToUInt64(known);
            var secret = _ports.Lasting.Bytes(sizeof(ulong));
            _ports.Store.Put(Key, secret);
            return BitConverter.ToUInt64(secret);
        }
    }
}
