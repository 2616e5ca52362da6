using System.Text;
using Collab.Cryptography.Signatures;
using Collab.Ledger.Notes;
using Collab.Ledger.Witness;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Ledger.Tests;

/// <summary>Parties with keys, and folders for their logs and witnesses; all gone after the test.</summary>
internal sealed class Consortium : IDisposable
{
    private readonly List<IDisposable> _open = [];

    public Consortium(int parties, int? cosignaturesRequired = null, SignatureAlgorithm algorithm = SignatureAlgorithm.Ed25519)
    {
        Folder = Directory.CreateTempSubdirectory("collab-ledger").FullName;
        for (var i = 0; i < parties; i++)
        {
            LogKeys.Add(SigningKey.Generate(algorithm, RandomSource.Seeded(100 + i)));
            WitnessKeys.Add(SigningKey.Generate(algorithm, RandomSource.Seeded(200 + i)));
        }

        Policy = FinalityPolicy.Create(Enumerable.Range(0, parties).Select(Member), cosignaturesRequired);
    }

    public string Folder { get; }

    public List<SigningKey> LogKeys { get; } = [];

    public List<SigningKey> WitnessKeys { get; } = [];

    public FinalityPolicy Policy { get; }

    public FixedClock Clock { get; } = new();

    public static PartyId Party(int i) => PartyId.Parse($"party-{(char)('a' + i)}");

    public static string Origin(int i) => $"{Party(i).Name}.example/study";

    public static ReadOnlyMemory<byte>[] Entries(int from, int count) =>
        [.. Enumerable.Range(from, count).Select(i => (ReadOnlyMemory<byte>)NaiveTree.Entry(i))];

    public LedgerParty Member(int i) => new(
        Party(i),
        Origin(i),
        new NoteVerifier(Origin(i), NoteAlgorithms.OfLog(LogKeys[i].PublicKey), LogKeys[i].PublicKey),
        new NoteVerifier($"{Party(i).Name}.example/witness", NoteAlgorithms.OfWitness(WitnessKeys[i].PublicKey), WitnessKeys[i].PublicKey));

    public NoteSigner LogSigner(int i) => NoteSigner.ForLog(Origin(i), LogKeys[i]);

    public NoteSigner WitnessSigner(int i) => NoteSigner.ForWitness($"{Party(i).Name}.example/witness", WitnessKeys[i], Clock);

    public string LogFolder(int i) => Path.Combine(Folder, $"log-{i}");

    public string WitnessFolder(int i) => Path.Combine(Folder, $"witness-{i}");

    public PartyLog OpenLog(int i) => Keep(PartyLog.Open(LogFolder(i), LogKeys[i], Origin(i), Policy));

    public LogWitness FoundWitness(int i) => Keep(LogWitness.Found(WitnessFolder(i), Party(i), WitnessSigner(i), Policy));

    public LogWitness OpenWitness(int i) => Keep(LogWitness.Open(WitnessFolder(i), Party(i), WitnessSigner(i), Policy));

    /// <summary>What the log's owner sends to a witness that holds so much.</summary>
    public static AddCheckpointRequest RequestFor(PartyLog log, long held) => new(
        held,
        log.ConsistencyProof(held, log.Size).Path,
        log.Latest!.ToBytes(),
        log.ReadEntries(held, log.Size));

    /// <summary>A checkpoint this party's key signs over any entries: what a dishonest author can make.</summary>
    public SignedCheckpoint SignOver(int i, params string[] entries)
    {
        var root = new Digest(NaiveTree.Hash([.. entries.Select(Encoding.UTF8.GetBytes)]));
        return SignedCheckpoint.Sign(new Checkpoint(Origin(i), entries.Length, root), LogSigner(i));
    }

    public void Dispose()
    {
        foreach (var open in _open) open.Dispose();
        foreach (var key in LogKeys.Concat(WitnessKeys)) key.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private T Keep<T>(T open)
        where T : IDisposable
    {
        _open.Add(open);
        return open;
    }
}

/// <summary>A clock that shows what it was set to.</summary>
internal sealed class FixedClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
