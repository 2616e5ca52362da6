using Collab.Cryptography;
using Collab.Cryptography.Signatures;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Evidence.Tests.Records;

/// <summary>A consortium in which riverside has attested three records, each with its file; what a test of records begins with.</summary>
internal sealed class Attested : IAsyncDisposable
{
    public static readonly TimeSpan Validity = TimeSpan.FromDays(30);

    private Attested(Trial trial) => Trial = trial;

    public Trial Trial { get; }

    public RandomSource Random { get; } = RandomSource.Seeded(61);

    public Attestation Attestation { get; private set; } = null!;

    /// <summary>The files with proof, all five fields shown.</summary>
    public IReadOnlyList<CarriedRecord> Files { get; private set; } = [];

    public DateTimeOffset Now => Trial.Clock.GetUtcNow();

    public static async Task<Attested> CreateAsync(SignatureAlgorithm algorithm = SignatureAlgorithm.Ed25519)
    {
        var attested = new Attested(await Trial.OpenAsync(algorithm: algorithm));
        attested.Files = await attested.AttestAsync(Trial.Riverside, Trial.Riverside);
        return attested;
    }

    /// <summary>One party attests three records that name an issuer, itself if it is honest.</summary>
    public async Task<IReadOnlyList<CarriedRecord>> AttestAsync(PartyId author, PartyId issuer)
    {
        var algorithm = Trial.LogKeys[author].PublicKey.Algorithm == SignatureAlgorithm.Sm2 ? CommitmentAlgorithm.SaltedSm3 : CommitmentAlgorithm.SaltedSha256;
        Attestation = new Attestation(issuer, Random, algorithm);
        var records = Enumerable.Range(1, 3).Select(person => RecordTests.Record(person, Random, algorithm, issuer, Now)).ToList();
        var places = records.ConvertAll(Attestation.Add);
        await Trial.SayAsync(author, stamp => Attestation.Operation(stamp));
        var carried = records.Zip(places, (record, place) => Attestation.Carry(record, place)).ToList();
        return author == issuer ? carried.ConvertAll(record => RecordProof.Prove(Trial.Ledgers[Trial.Registry], Trial.Keys.Policy, record)) : carried;
    }

    public Task RevokeAsync(CarriedRecord record, PartyId? by = null) => Trial.SayAsync(
        by ?? Trial.Riverside,
        s => new LedgerOperation.RevokeRecord(s.Author, s.Id, s.Time, s.Heads, record.Attestation.Id, record.Header.Handle, "record.mistaken"));

    public RecordVerdict Offline(CarriedRecord record, RecordQuestion? question = null) => Offline(record.EncodeSecret(), question);

    public RecordVerdict Offline(byte[] file, RecordQuestion? question = null) =>
        RecordVerifier.Verify(file, Trial.Keys.Policy, question ?? new RecordQuestion(Now));

    /// <summary>As another party's node verifies, by its own copy of the ledger.</summary>
    public RecordVerdict Online(CarriedRecord record, RecordQuestion? question = null)
    {
        var ledger = Trial.Ledgers[Trial.Lakeside];
        return RecordVerifier.Verify(
            record.EncodeSecret(), ledger, LedgerTimes.Of(ledger, Trial.Keys.Policy),
            question ?? new RecordQuestion(Now) { ClockMargin = TimeSpan.Zero, StatusAge = null });
    }

    public ValueTask DisposeAsync() => Trial.DisposeAsync();
}
