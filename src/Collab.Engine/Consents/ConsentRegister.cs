using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Collab.Cryptography;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Engine.Consents;

/// <summary>
/// An owner's register of its subjects' consents, by versions: each change makes one, with one salted commitment that goes on the ledger. Kept in
/// the node's encrypted store; a version is written at once and is there after a crash or is not.
/// </summary>
/// <remarks>Safe to use from many threads. All of it is in memory, some 500 bytes a consent (protocols/specs/consent.md).</remarks>
public sealed class ConsentRegister
{
    /// <summary>The most consents in one change, and in the register.</summary>
    public const int MostRecords = 1_000_000;

    private const string IdKey = "consent/register";
    private const string VersionPrefix = "consent/version/";
    private const string UsePrefix = "consent/use/";

    private readonly IJobStore _store;
    private readonly RandomSource _random;
    private readonly TimeProvider _clock;
    private readonly CommitmentAlgorithm _algorithm;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _anchoring = new(1);
    private ConsentVersion _current;

    /// <summary>Opens the register, or begins it.</summary>
    /// <param name="store">The node's store, which encrypts.</param>
    /// <param name="random">For the id and for salts.</param>
    /// <param name="clock">The owner's clock.</param>
    /// <param name="algorithm">How new versions are committed to.</param>
    /// <exception cref="CollabException"><see cref="ConsentErrors.RegisterUnreadable"/>.</exception>
    public ConsentRegister(IJobStore store, RandomSource random, TimeProvider clock, CommitmentAlgorithm algorithm = CommitmentAlgorithm.SaltedSha256)
    {
        (_store, _random, _clock, _algorithm) = (store, random, clock, algorithm);
        if (store.Get(IdKey) is not { } id) store.Put(IdKey, id = random.Bytes(Digest.Size));
        _current = new ConsentVersion(new Digest(id), 0, [], null);
        foreach (var key in store.List(VersionPrefix))
        {
            var change = Read<Change>(key);
            if (KeyOf(_current.Number + 1) != key || change.Withdrawn.Any(place => place < 0 || place >= _current.Entries.Count)) throw Unreadable();
            var opening = Opening(change.Opening);
            var commitment = new Commitment(opening.Algorithm, Digest.Parse(change.Commitment));
            _current = Apply(_current, change) with { Commitment = commitment };
            if (!commitment.IsOpenedBy(ConsentVersion.Domain, _current.Content(), opening)) throw Unreadable();
        }
    }

    /// <summary>The newest version.</summary>
    public ConsentVersion Current
    {
        get
        {
            lock (_gate) return _current;
        }
    }

    /// <summary>Takes consents in; they count from the version that is returned on. Nothing changes if one of them is none.</summary>
    /// <exception cref="CollabException"><see cref="ConsentErrors.Invalid"/>.</exception>
    public ConsentVersion Give(IReadOnlyList<ConsentRecord> records)
    {
        foreach (var record in records) record.Check();
        lock (_gate)
        {
            if (_current.Entries.Count + records.Count > MostRecords)
                throw new CollabException(ConsentErrors.Invalid, $"A register has at most {MostRecords} consents.");
            return Publish(new Change([.. records], [.. records.Select(_ => new Digest(_random.Bytes(Digest.Size)).ToString())], [], _clock.GetUtcNow(), "", ""));
        }
    }

    /// <summary>Withdraws what stands of a subject's consents; it no longer counts from the version that is returned on.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="recipient">To whom alone; null for all.</param>
    /// <param name="purpose">For what alone; null for all.</param>
    /// <exception cref="CollabException"><see cref="ConsentErrors.Unknown"/>.</exception>
    public ConsentVersion Withdraw(string subject, string? recipient, string? purpose)
    {
        lock (_gate)
        {
            int[] withdrawn = [.. _current.Entries.Index()
                .Where(e => e.Item.Stands && e.Item.Record.Subject == subject
                    && (recipient is null || e.Item.Record.Recipient == recipient) && (purpose is null || e.Item.Record.Purpose == purpose))
                .Select(e => e.Index)];
            return withdrawn.Length > 0
                ? Publish(new Change([], [], withdrawn, _clock.GetUtcNow(), "", ""))
                : throw new CollabException(ConsentErrors.Unknown, "No consent of that subject stands for that recipient and purpose.");
        }
    }

    /// <summary>The newest version, once its commitment is final on the ledger: what a run reads by.</summary>
    /// <exception cref="CollabException">The ledger cannot be written, or its witnesses are silent.</exception>
    public async Task<ConsentVersion> AnchorAsync(ILedger ledger, CancellationToken cancellation)
    {
        await _anchoring.WaitAsync(cancellation);
        try
        {
            ConsentVersion version;
            lock (_gate) version = _current.Number > 0 ? _current : Publish(new Change([], [], [], _clock.GetUtcNow(), "", "")); // that nobody consents is a version, too
            var commitment = version.Commitment!.Value;
            var written = ledger.PageWithPending(version.Register).Of<LedgerOperation.RegisterConsents>()
                .FirstOrDefault(o => o.Author == ledger.Self && o.Number == version.Number && o.Root == commitment.Value);
            written ??= await ledger.AppendAsync(
                s => new LedgerOperation.RegisterConsents(s.Author, s.Id, s.Time, s.Heads, version.Register, version.Number, (byte)commitment.Algorithm, commitment.Value),
                cancellation);
            await ledger.WaitForFinalityAsync(written, cancellation);
            return version;
        }
        finally
        {
            _anchoring.Release();
        }
    }

    /// <summary>What became of a subject's rows, in the order of reading: the person's own usage history.</summary>
    public IReadOnlyList<ConsentUse> UsesOf(string subject) =>
        [.. _store.List(UsePrefix).Select(Read<ConsentUse>).Where(use => use.Subjects.Contains(subject)).OrderBy(use => use.At).ThenBy(use => use.Run, StringComparer.Ordinal)];

    /// <summary>What was kept of a run, or null.</summary>
    public ConsentUse? UseOf(Digest run) => _store.Get(UsePrefix + run) is null ? null : Read<ConsentUse>(UsePrefix + run);

    internal void Note(Digest run, ConsentUse use) => _store.Put(UsePrefix + run, JsonSerializer.SerializeToUtf8Bytes(use, JsonSerializerOptions.Web));

    private ConsentVersion Publish(Change change)
    {
        var next = Apply(_current, change);
        var (commitment, opening) = Commitment.Commit(ConsentVersion.Domain, next.Content(), _random, _algorithm);
        var writer = new CanonicalWriter();
        opening.EncodeSecret(writer);
        _store.Put(
            KeyOf(next.Number),
            JsonSerializer.SerializeToUtf8Bytes(change with { Commitment = commitment.Value.ToString(), Opening = Convert.ToBase64String(writer.Written) }, JsonSerializerOptions.Web));
        return _current = next with { Commitment = commitment };
    }

    private static ConsentVersion Apply(ConsentVersion version, Change change)
    {
        var number = version.Number + 1;
        var entries = version.Entries.ToImmutableArray().ToBuilder();
        foreach (var place in change.Withdrawn) entries[place] = entries[place] with { WithdrawnIn = number, Withdrawn = change.At };
        foreach (var (record, salt) in change.Given.Zip(change.Salts)) entries.Add(new ConsentEntry(record, number, change.At) { Salt = Digest.Parse(salt) });
        return version with { Number = number, Entries = entries.ToImmutable(), Commitment = null };
    }

    private T Read<T>(string key)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(_store.Get(key)!, JsonSerializerOptions.Web)!;
        }
        catch (JsonException e)
        {
            throw new CollabException(ConsentErrors.RegisterUnreadable, "An entry of the register of consents cannot be read.", inner: e);
        }
    }

    private static CollabException Unreadable() => new(ConsentErrors.RegisterUnreadable, "The register of consents is not the one that was committed to.");

    private static CommitmentOpening Opening(string text)
    {
        var reader = new CanonicalReader(Convert.FromBase64String(text));
        return CommitmentOpening.Decode(ref reader);
    }

    private static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{VersionPrefix}{number:d10}");

    // Stored as JSON, encrypted by the store: a register is the owner's own, with no form that others must agree on.
    private sealed record Change(
        IReadOnlyList<ConsentRecord> Given, IReadOnlyList<string> Salts, IReadOnlyList<int> Withdrawn, DateTimeOffset At, string Commitment, string Opening);
}
