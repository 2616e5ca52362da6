using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Engine.Algorithms;

/// <summary>The algorithms that this party provides: name, salt and question of every version in its store, salted digests on the ledger.</summary>
/// <remarks>
/// Keys: <c>algorithm/ID/VERSION</c>, <c>algorithm/ID/asks</c>. A version is stored before it is on the ledger: after a crash between the two the
/// number is given again, and what was stored is replaced. One change at a time.
/// </remarks>
public sealed class AlgorithmCatalogue(EnginePorts ports)
{
    private readonly SemaphoreSlim _changing = new(1);

    /// <summary>The versions that are stored, by name and version, and how each stands on the ledger.</summary>
    public IReadOnlyList<AlgorithmListing> List => [.. All
        .OrderBy(a => a.Reference.Name, StringComparer.Ordinal).ThenBy(a => a.Reference.Version).ThenBy(a => a.Reference.Id)
        .Select(a => new AlgorithmListing(a, StandingOf(a), Asks(a.Reference.Id)))];

    /// <summary>Registers a question under a name: a new algorithm, or the next version of one that is there. Returns when it is final.</summary>
    /// <param name="name">1 to 200 letters.</param>
    /// <param name="question">What is computed.</param>
    /// <param name="asks">Whether a person decides each time whether it may be used.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CollabException"><see cref="AlgorithmErrors.NameInvalid"/>, or the ledger's codes.</exception>
    public async Task<StoredAlgorithm> AddAsync(string name, Question question, bool asks, CancellationToken cancellation)
    {
        if (name.Length is < 1 or > AlgorithmReference.LongestName)
            throw new CollabException(AlgorithmErrors.NameInvalid, $"An algorithm has a name of 1 to {AlgorithmReference.LongestName} letters.");
        await _changing.WaitAsync(cancellation);
        try
        {
            var id = Named(name).Select(a => (Digest?)a.Reference.Id).FirstOrDefault() ?? new Digest(ports.Random.Bytes(Digest.Size));
            var salt = new Digest(ports.Random.Bytes(Digest.Size));
            StoredAlgorithm? added = null;
            var operation = await ports.Ledger.AppendAsync(
                s =>
                {
                    added = new(new(ports.Self, id, HistoryOf(id).Version + 1, name, salt), question);
                    ports.Store.Put($"algorithm/{id}/{added.Reference.Version}", added.Encode());
                    ports.Store.Put($"algorithm/{id}/asks", [asks ? (byte)1 : (byte)0]);
                    return new LedgerOperation.RegisterAlgorithm(s.Author, s.Id, s.Time, s.Heads, id, added.Reference.Version, added.Digest);
                },
                cancellation);
            await ports.Ledger.WaitForFinalityAsync(operation, cancellation);
            return added!;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Withdraws an algorithm: no run of any plan with it starts again. A later version under its name stands anew.</summary>
    /// <exception cref="CollabException"><see cref="Authorization.AlgorithmUnknown"/>, <see cref="Authorization.AlgorithmWithdrawn"/>.</exception>
    public async Task WithdrawAsync(string name, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            var id = Newest(name).Reference.Id;
            var operation = await ports.Ledger.AppendAsync(
                s => HistoryOf(id) is { IsCurrent: true } history
                    ? new LedgerOperation.RegisterAlgorithm(s.Author, s.Id, s.Time, s.Heads, id, history.Version + 1, default)
                    : throw new CollabException(Authorization.AlgorithmWithdrawn, $"'{name}' is withdrawn.", ports.Self),
                cancellation);
            await ports.Ledger.WaitForFinalityAsync(operation, cancellation);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>A version by name; the newest that is stored when none is named.</summary>
    /// <exception cref="CollabException"><see cref="Authorization.AlgorithmUnknown"/>.</exception>
    public StoredAlgorithm Find(string name, int? version = null) => version is { } number
        ? Named(name).FirstOrDefault(a => a.Reference.Version == number) ?? throw Unknown(name)
        : Newest(name);

    /// <summary>Whether a person decides on every use of the algorithm.</summary>
    public bool Asks(Digest id) => ports.Store.Get($"algorithm/{id}/asks") is not [0];

    private IEnumerable<StoredAlgorithm> All => ports.Store.List("algorithm/").Where(key => !key.EndsWith("/asks", StringComparison.Ordinal))
        .Select(key => StoredAlgorithm.Decode(ports.Store.Get(key)!));

    private IEnumerable<StoredAlgorithm> Named(string name) => All.Where(a => a.Reference.Name == name);

    private StoredAlgorithm Newest(string name) => Named(name).MaxBy(a => a.Reference.Version) ?? throw Unknown(name);

    private AlgorithmHistory HistoryOf(Digest id) => AlgorithmHistory.Of(ports.Ledger.PageWithPending(id), ports.Self);

    private AlgorithmStanding StandingOf(StoredAlgorithm algorithm) => HistoryOf(algorithm.Reference.Id) switch
    {
        { IsCurrent: true } history when history.Version == algorithm.Reference.Version && history.Digest == algorithm.Digest => AlgorithmStanding.Stands,
        { IsCurrent: true } => AlgorithmStanding.Superseded,
        _ => AlgorithmStanding.Withdrawn,
    };

    private CollabException Unknown(string name) => new(Authorization.AlgorithmUnknown, $"{ports.Self} has no such version of an algorithm '{name}'.", ports.Self);
}

/// <summary>A version and how it stands.</summary>
/// <param name="Algorithm">The version.</param>
/// <param name="Standing">Whether it can be used.</param>
/// <param name="Asks">Whether a person decides on every use.</param>
public sealed record AlgorithmListing(StoredAlgorithm Algorithm, AlgorithmStanding Standing, bool Asks);

/// <summary>Whether a version can be used.</summary>
public enum AlgorithmStanding
{
    /// <summary>It is the newest.</summary>
    Stands,

    /// <summary>A newer one is.</summary>
    Superseded,

    /// <summary>The algorithm is withdrawn.</summary>
    Withdrawn,
}

/// <summary>What a provider can get wrong.</summary>
public static class AlgorithmErrors
{
    /// <summary>No name of an algorithm.</summary>
    public static readonly ErrorCode NameInvalid = new(
        "algorithm.name-invalid", ErrorKind.InvalidInput, "Give a name of 1 to 200 letters.");
}
