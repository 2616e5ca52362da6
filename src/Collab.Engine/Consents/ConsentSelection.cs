using System.Globalization;
using Collab.Cryptography;
using Collab.Engine.Runs;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Consents;

/// <summary>Whose rows one run may read at one owner, by one version of its register (protocols/specs/consent.md). It counts what it leaves out.</summary>
/// <remarks>Local: sends nothing. Memory: the subjects who consent, and those whose rows were taken.</remarks>
internal sealed class ConsentSelection
{
    private const string VersionDomain = "collab.consented-version.v1";

    private readonly ConsentRegister _register;
    private readonly ConsentVersion _version;
    private readonly Plan _plan;
    private readonly PlanInput _input;
    private readonly LedgerOperation.StartRun _start;
    private readonly DateTimeOffset _now;
    private readonly HashSet<string> _live;
    private readonly SortedSet<string> _taken = new(StringComparer.Ordinal);
    private long _read;
    private long _leftOut;
    private bool _isAgain;

    private ConsentSelection(ConsentRegister register, ConsentVersion version, Plan plan, PlanInput input, LedgerOperation.StartRun start, DateTimeOffset now)
    {
        (_register, _version, _plan, _input, _start) = (register, version, plan, input, start);
        _now = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        _live = LiveIn(version);
    }

    /// <summary>Settles whose rows may be read.</summary>
    /// <param name="register">The owner's register.</param>
    /// <param name="version">The version that is final on the ledger.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="input">The owner's input.</param>
    /// <param name="start">The run; a consent counts that holds when it was started, by its requester's clock, and now.</param>
    /// <param name="now">The owner's clock.</param>
    public static ConsentSelection Of(
        ConsentRegister register, ConsentVersion version, Plan plan, PlanInput input, LedgerOperation.StartRun start, DateTimeOffset now) =>
        new(register, version, plan, input, start, now);

    /// <summary>For reading the same rows once more in the same run: what was kept of the first reading stands.</summary>
    public ConsentSelection Again() => new(_register, _version, _plan, _input, _start, _now) { _isAgain = true };

    /// <summary>What names the rows that are left: of two versions of the register it differs.</summary>
    public Digest VersionOf(Digest dataset) =>
        Digest.Of(VersionDomain, new CanonicalWriter().Digest(dataset).Digest(_version.Commitment!.Value.Value).Written);

    /// <summary>Begins with no rows; what is returned takes from each batch the rows whose subjects consent.</summary>
    /// <param name="columns">The columns of every batch, in their order.</param>
    public Func<ColumnBatch, ColumnBatch> Begin(IReadOnlyList<ColumnSchema> columns)
    {
        (_read, _leftOut) = (0, 0);
        _taken.Clear();
        var place = columns.Index().First(c => c.Item.Name == _input.Subject).Index;
        return batch =>
        {
            var takes = new bool[batch.RowCount];
            for (var row = 0; row < takes.Length; row++)
            {
                var subject = SubjectOf(batch.Columns[place], row);
                takes[row] = subject is not null && _live.Contains(subject);
                if (takes[row]) _taken.Add(subject!);
                else _leftOut++;
            }

            _read += takes.Length;
            return RowSelection.Taken(batch, takes);
        };
    }

    /// <summary>Adds to what a snapshot commits to: the register's version, by which times it was read, and how many rows were left out.</summary>
    public void Encode(CanonicalWriter writer) => writer
        .UInt32((uint)_version.Number).Byte((byte)_version.Commitment!.Value.Algorithm).Digest(_version.Commitment!.Value.Value)
        .Time(_start.Time).Time(_now).UInt64((ulong)_read).UInt64((ulong)_leftOut);

    /// <summary>Keeps what opens the snapshot, and whose rows were taken: durable when it returns.</summary>
    public void Note(ReadOnlySpan<byte> snapshot, CommitmentOpening opening)
    {
        if (_isAgain) return;
        var writer = new CanonicalWriter();
        opening.EncodeSecret(writer);
        _register.Note(_start.Run, new ConsentUse(
            _plan.Digest.ToString(), _start.Run.ToString(), _input.Dataset, _plan.Purpose, [.. _plan.Receivers.Select(r => r.Name)], [.. Fields], _version.Number, _now,
            _read, _leftOut, Convert.ToBase64String(snapshot), Convert.ToBase64String(writer.Written), [.. _taken]));
    }

    /// <summary>Narrows what was kept of a run to the subjects of these rows: of the others nothing was used.</summary>
    /// <param name="rows">Rows with the columns of the input.</param>
    public void NoteOnly(IReadOnlyList<(ColumnBatch Batch, int Row)> rows)
    {
        if (_register.UseOf(_start.Run) is not { } use) return;
        var place = _input.Columns.Index().First(c => c.Item.Name == _input.Subject).Index;
        SortedSet<string> used = new(rows.Select(row => SubjectOf(row.Batch.Columns[place], row.Row)).OfType<string>(), StringComparer.Ordinal);
        _register.Note(_start.Run, use with { Subjects = [.. used] });
    }

    /// <summary>Where the plan asks for it, checks that whoever's row was taken still consents.</summary>
    /// <exception cref="CollabException"><see cref="ConsentErrors.Withdrawn"/>.</exception>
    public void RequireNoWithdrawal()
    {
        if (_plan.Consent != ConsentRule.Throughout || _register.Current is var current && current.Number == _version.Number) return;
        var live = LiveIn(current);
        var taken = _register.UseOf(_start.Run)?.Subjects ?? []; // also of an attempt before this one
        if (!taken.All(live.Contains))
            throw new CollabException(ConsentErrors.Withdrawn, $"A subject of {_input.Owner} has withdrawn consent during the run.", _input.Owner, RunSteps.Receipt);
    }

    private IEnumerable<string> Fields => _input.Columns.Select(c => c.Name).Where(name => name != _input.Subject);

    // For every recipient one consent that holds at both times; one consent of many suffices for a recipient.
    private HashSet<string> LiveIn(ConsentVersion version)
    {
        HashSet<string>? live = null;
        string[] fields = [.. Fields];
        foreach (var recipient in _plan.Receivers)
        {
            var consenting = version.Entries
                .Where(e => e.Stands && e.Record.Allows(recipient, _plan.Purpose, fields, _start.Time) && e.Record.Allows(recipient, _plan.Purpose, fields, _now))
                .Select(e => e.Record.Subject).ToHashSet(StringComparer.Ordinal);
            if (live is null) live = consenting;
            else live.IntersectWith(consenting);
        }

        return live ?? [];
    }

    private static string? SubjectOf(Column column, int row) => column switch
    {
        TextColumn text => text.Values[row],
        NumberColumn numbers => numbers.Present.Span[row] ? numbers.Values.Span[row].ToString(CultureInfo.InvariantCulture) : null,
        _ => null,
    };
}
