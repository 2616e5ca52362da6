using Collab.Cryptography;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Evidence.Tests.Records;

/// <summary>Records, attestations and presentations without a ledger.</summary>
public sealed class RecordTests
{
    private static readonly PartyId Issuer = PartyId.Parse("riverside");
    private static readonly DateTimeOffset From = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(CommitmentAlgorithm.SaltedSha256)]
    [InlineData(CommitmentAlgorithm.SaltedSm3)]
    public void A_record_is_under_its_attestation_and_a_presentation_keeps_its_root(CommitmentAlgorithm algorithm)
    {
        var random = RandomSource.Seeded(1);
        var attestation = new Attestation(Issuer, random, algorithm);
        var records = Enumerable.Range(0, 7).Select(i => Record(i, random, algorithm)).ToList();
        var places = records.ConvertAll(attestation.Add);
        var operation = attestation.Operation(new OperationStamp(Issuer, default, From, []));
        Assert.Equal(operation.Attestation, operation.Job);
        Assert.Equal(From.AddDays(30), operation.Expires);

        foreach (var (record, place) in records.Zip(places))
        {
            var carried = CarriedRecord.Decode(attestation.Carry(record, place).EncodeSecret());
            var shown = CarriedRecord.Decode(carried.Present(["degree", "grade"]).EncodeSecret());
            Assert.Equal(["degree", "grade"], shown.Shown.Select(f => f.Opening.Field.Schema.Name));
            Assert.Equal(5, shown.Leaves.Count);
            Assert.Null(shown.Find("name"));
            Assert.Equal(record.Root, SaltedRecord.RootOf(algorithm, shown.Header, shown.Leaves));
            Assert.All(shown.Shown, field => Assert.Equal(shown.Leaves[field.Number], field.Opening.Leaf(algorithm)));
            Assert.Equal(
                operation.Root,
                Attestation.CommitmentOf(
                    algorithm, attestation.Id, 7, shown.Attestation.Inclusion.RootFrom(Attestation.LeafOf(algorithm, record.Root), (l, r) => TreeHash.Node(algorithm, l, r))!.Value));
        }
    }

    [Fact]
    public void Many_records_are_under_one_commitment()
    {
        // COLLAB_RECORDS says how many, for figures.
        var count = int.Parse(Environment.GetEnvironmentVariable("COLLAB_RECORDS") ?? "5000", System.Globalization.CultureInfo.InvariantCulture);
        var attestation = new Attestation(Issuer, RandomSource.System);
        var (watch, processor) = (System.Diagnostics.Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var kept = new List<SaltedRecord>();
        for (var i = 0; i < count; i++)
        {
            var record = Record(i, RandomSource.System);
            attestation.Add(record);
            if (i % (count / 5) == 0) kept.Add(record);
        }

        var operation = attestation.Operation(new OperationStamp(Issuer, default, From, []));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{count} records of 5 fields: {watch.Elapsed.TotalSeconds:F1} s, {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:F1} s of processor time, "
            + $"{GC.GetTotalMemory(forceFullCollection: true) >> 20} MiB held, {Environment.WorkingSet >> 20} MiB resident");
        foreach (var (record, place) in kept.Select((record, i) => (record, (long)i * (count / 5))))
        {
            var inclusion = attestation.Carry(record, place).Attestation.Inclusion;
            var root = inclusion.RootFrom(Attestation.LeafOf(record.Algorithm, record.Root), (left, right) => TreeHash.Node(record.Algorithm, left, right));
            Assert.Equal(operation.Root, Attestation.CommitmentOf(record.Algorithm, attestation.Id, count, root!.Value));
        }
    }

    [Fact]
    public void A_presentation_has_no_byte_of_a_hidden_field()
    {
        var random = RandomSource.Seeded(2);
        var attestation = new Attestation(Issuer, random);
        var record = Record(1, random);
        var carried = attestation.Carry(record, attestation.Add(record));
        var writer = new CanonicalWriter();
        record.Openings[0].EncodeSecret(writer);
        Assert.True(carried.EncodeSecret().AsSpan().IndexOf(writer.Written) > 0);
        var presented = carried.Present(["degree"]).EncodeSecret().AsSpan();
        Assert.True(presented.IndexOf(writer.Written[..32]) < 0);  // neither salt
        Assert.True(presented.IndexOf("person 1"u8) < 0);          // nor value
        Assert.True(presented.IndexOf("name"u8) < 0);              // nor name
    }

    [Fact]
    public void Equal_values_have_unlike_leaves_and_a_guess_is_of_no_use_without_the_salt()
    {
        var random = RandomSource.Seeded(3);
        var fields = new[] { RecordField.OfText("degree", "physics"), RecordField.OfText("second", "physics") };
        var (first, second) = (
            SaltedRecord.Create(Issuer, From, From.AddDays(1), fields, random), SaltedRecord.Create(Issuer, From, From.AddDays(1), fields, random));
        Assert.Equal(4, first.Leaves.Concat(second.Leaves).Distinct().Count());

        // Somebody who knows the value and even another salt of the record finds no leaf with it.
        var guesses = first.Openings.Concat(second.Openings).Select(o => Guess(o, "degree", "physics").Leaf(CommitmentAlgorithm.SaltedSha256));
        Assert.Single(first.Leaves.Intersect(guesses));
    }

    [Fact]
    public void What_is_no_record_is_not_attested()
    {
        var random = RandomSource.Seeded(4);
        var degree = RecordField.OfText("degree", "physics");
        Refused(() => SaltedRecord.Create(Issuer, From, From, [degree], random));
        Refused(() => SaltedRecord.Create(Issuer, From, From.AddDays(1), [], random));
        Refused(() => SaltedRecord.Create(Issuer, From, From.AddDays(1), [degree, degree], random));
        Refused(() => SaltedRecord.Create(Issuer, From, From.AddDays(1), [.. Enumerable.Range(0, 257).Select(i => RecordField.OfText($"f{i}", null))], random));
        Refused(() => RecordField.OfText("", "x"));
        Refused(() => RecordField.OfText("a\nb", "x"));
        Refused(() => RecordField.OfText("a", new string('x', 65_537)));
        Refused(() => RecordField.OfNumber(new ColumnSchema("a", ColumnType.Integer, 2), 1));
        Refused(() => RecordField.OfNumber(new ColumnSchema("a", ColumnType.Text, 0), 1));

        static void Refused(Action make) => Assert.Equal(RecordErrors.Invalid, Assert.Throws<CollabException>(make).Code);
    }

    [Fact]
    public void A_field_that_is_hidden_cannot_be_presented()
    {
        var random = RandomSource.Seeded(5);
        var attestation = new Attestation(Issuer, random);
        var record = Record(1, random);
        var presented = attestation.Carry(record, attestation.Add(record)).Present(["degree"]);
        Assert.Equal(RecordErrors.FieldHidden, Assert.Throws<CollabException>(() => presented.Present(["name"])).Code);
    }

    [Fact]
    public void Secrets_are_not_printed()
    {
        var random = RandomSource.Seeded(6);
        var attestation = new Attestation(Issuer, random);
        var record = Record(1, random);
        object[] secrets = [record, record.Openings[0], attestation.Carry(record, attestation.Add(record))];
        Assert.All(secrets, secret => Assert.EndsWith("(secret)", secret.ToString(), StringComparison.Ordinal));
    }

    internal static SaltedRecord Record(
        int person, RandomSource random, CommitmentAlgorithm algorithm = CommitmentAlgorithm.SaltedSha256, PartyId? issuer = null, DateTimeOffset? from = null) => SaltedRecord.Create(
        issuer ?? Issuer, from ?? From, (from ?? From) + Attested.Validity,
        [
            RecordField.OfText("name", $"person {person}"), RecordField.OfText("degree", "physics"),
            RecordField.OfNumber(new ColumnSchema("grade", ColumnType.Decimal, 1), 17 + person), RecordField.OfNumber(new ColumnSchema("year", ColumnType.Integer, 0), 2019),
            RecordField.OfText("remark", null),
        ],
        random, algorithm);

    // The encoded salt of one opening with another field behind it.
    private static FieldOpening Guess(FieldOpening opening, string name, string text)
    {
        var writer = new CanonicalWriter();
        opening.EncodeSecret(writer);
        var salt = writer.ToArray().AsSpan(0, 32).ToArray();
        RecordField.OfText(name, text).Encode(writer.Clear().Raw(salt));
        var reader = new CanonicalReader(writer.Written);
        return FieldOpening.Decode(ref reader);
    }
}
