using Collab.Cryptography.Signatures;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Evidence.Tests.Records;

/// <summary>Attested, carried, presented, verified by another party: valid, and every way not to be.</summary>
public sealed class RecordVerifierTests
{
    [Theory]
    [InlineData(SignatureAlgorithm.Ed25519)]
    [InlineData(SignatureAlgorithm.Sm2)]
    public async Task A_presentation_of_two_of_five_fields_is_valid_until_it_is_revoked(SignatureAlgorithm algorithm)
    {
        await using var world = await Attested.CreateAsync(algorithm);
        var presented = world.Files[1].Present(["degree", "grade"]);
        foreach (var verdict in new[] { world.Offline(presented), world.Online(presented), world.Online(presented with { Log = null }) })
        {
            Assert.Equal((RecordStatus.Valid, null, null), (verdict.Status, verdict.Code, verdict.Part));
            Assert.Equal(["degree", "grade"], verdict.Record!.Shown.Select(f => f.Opening.Field.Schema.Name));
            Assert.NotNull(verdict.AsOf);
        }

        await world.RevokeAsync(presented, by: Trial.Lakeside); // counts for nothing: not the issuer
        Assert.Equal(RecordStatus.Valid, world.Online(presented).Status);
        await world.RevokeAsync(presented);
        Assert.Equal((RecordStatus.Revoked, RecordErrors.Revoked), Status(world.Online(presented)));
        Assert.Equal(RecordStatus.Valid, world.Online(world.Files[0]).Status);
        Assert.Equal(RecordStatus.Valid, world.Offline(presented).Status);                                    // by an older checkpoint, whose time it says
        var renewed = RecordProof.Prove(world.Trial.Ledgers[Trial.Lakeside], world.Trial.Keys.Policy, presented); // newer proof, from anybody's node
        Assert.Equal(RecordStatus.Revoked, world.Offline(renewed).Status);
        Assert.Equal(RecordStatus.Revoked, world.Online(renewed).Status);
        Assert.True(world.Offline(renewed).AsOf >= world.Offline(presented).AsOf);
    }

    [Fact]
    public async Task A_revocation_cannot_be_left_out_of_a_file()
    {
        await using var world = await Attested.CreateAsync();
        await world.RevokeAsync(world.Files[0]);
        await world.RevokeAsync(world.Files[1]);
        var renewed = RecordProof.Prove(world.Trial.Ledgers[Trial.Lakeside], world.Trial.Keys.Policy, world.Files[0]);
        Assert.Equal(3, renewed.Log!.Entries.Count);
        Assert.Equal(RecordStatus.Revoked, world.Offline(renewed).Status);
        Broken(renewed.Log with { Entries = [.. renewed.Log.Entries.Take(1)] });
        Broken(renewed.Log with { Entries = [renewed.Log.Entries[0], renewed.Log.Entries[2]] });
        Broken(renewed.Log with { Entries = [renewed.Log.Entries[0], renewed.Log.Entries[2], renewed.Log.Entries[1]] });
        Broken(renewed.Log with { Entries = [renewed.Log.Entries[0], renewed.Log.Entries[0], renewed.Log.Entries[2]] });

        void Broken(LogTail log)
        {
            var verdict = world.Offline(renewed with { Log = log });
            Assert.Equal((RecordStatus.Altered, "ledger"), (verdict.Status, verdict.Part));
        }
    }

    [Fact]
    public async Task Every_changed_byte_and_every_cut_is_refused_and_its_part_named()
    {
        await using var world = await Attested.CreateAsync();
        var presented = world.Files[1].Present(["degree", "grade"]);
        var file = presented.EncodeSecret();
        Assert.Equal(RecordStatus.Valid, world.Offline(file).Status);
        var question = new RecordQuestion(world.Now);
        string[] parts = ["file", "header", "fields", "field/1", "field/2", "attestation", "record", "ledger"];
        Parallel.For(0, file.Length, i =>
        {
            byte[] changed = [.. file];
            changed[i] ^= (byte)(1 + (i % 255));
            var verdict = world.Offline(changed, question);
            Assert.True(verdict.Status is RecordStatus.Altered or RecordStatus.NotIssuedBy or RecordStatus.Unknown, $"byte {i}: {verdict.Name}");
            Assert.Contains(verdict.Part, parts);
            if (i % 16 == 0) Assert.NotEqual(RecordStatus.Valid, world.Offline(file[..i], question).Status);
        });
        Assert.Equal((RecordStatus.Altered, "ledger"), (world.Offline([.. file, 0]).Status, world.Offline([.. file, 0]).Part));
    }

    [Fact]
    public async Task A_field_of_another_record_is_refused()
    {
        await using var world = await Attested.CreateAsync();
        var (mine, other) = (world.Files[0], world.Files[1]);
        var spliced = mine with { Shown = [.. mine.Shown.Take(2), other.Shown[2], .. mine.Shown.Skip(3)] };
        Assert.Equal((RecordStatus.Altered, "field/2"), (world.Offline(spliced).Status, world.Offline(spliced).Part));
        var withLeaf = spliced with { Leaves = [.. mine.Leaves.Take(2), other.Leaves[2], .. mine.Leaves.Skip(3)] };
        foreach (var verdict in new[] { world.Offline(withLeaf), world.Online(withLeaf) }) Assert.Equal((RecordStatus.Altered, "record"), (verdict.Status, verdict.Part));
        var moved = mine with { Attestation = other.Attestation };
        Assert.Equal((RecordStatus.Altered, "record"), (world.Offline(moved).Status, world.Offline(moved).Part));
        var renamed = mine with { Header = mine.Header with { Expires = mine.Header.Expires.AddDays(1) } };
        Assert.Equal((RecordStatus.Altered, "record"), (world.Offline(renamed).Status, world.Offline(renamed).Part));
    }

    [Fact]
    public async Task A_foreign_record_is_not_of_its_issuer()
    {
        await using var world = await Attested.CreateAsync();
        var foreign = new RecordQuestion(world.Now, Trial.Lakeside);
        Assert.Equal((RecordStatus.NotIssuedBy, RecordErrors.NotIssuedBy), Status(world.Offline(world.Files[0], foreign)));
        Assert.Equal(RecordStatus.Valid, world.Offline(world.Files[0], foreign with { Issuer = Trial.Riverside }).Status);

        // Lakeside attests in riverside's name.
        var forged = await world.AttestAsync(Trial.Lakeside, Trial.Riverside);
        Assert.Equal((RecordStatus.NotIssuedBy, "header"), (world.Online(forged[0]).Status, world.Online(forged[0]).Part));
        var proof = RecordProof.Prove(world.Trial.Ledgers[Trial.Registry], world.Trial.Keys.Policy, forged[0] with { Header = forged[0].Header with { Issuer = Trial.Lakeside } });
        Assert.Equal((RecordStatus.NotIssuedBy, "header"), Part(world.Offline(forged[0] with { Log = proof.Log })));

        // A consortium that is not the verifier's.
        await using var four = await Trial.OpenAsync([Trial.Lakeside, Trial.Registry, Trial.Harbour]);
        var verdict = RecordVerifier.Verify(world.Files[0].EncodeSecret(), four.Keys.Policy, new RecordQuestion(world.Now));
        Assert.Equal((RecordStatus.NotIssuedBy, "ledger"), (verdict.Status, verdict.Part));
        verdict = RecordVerifier.Verify(
            (world.Files[0] with { Log = null }).EncodeSecret(), four.Ledgers[Trial.Lakeside], LedgerTimes.Of(four.Ledgers[Trial.Lakeside], four.Keys.Policy), new RecordQuestion(world.Now));
        Assert.Equal((RecordStatus.NotIssuedBy, "header"), (verdict.Status, verdict.Part));
    }

    [Fact]
    public async Task An_expired_record_is_expired_by_either_clock()
    {
        await using var world = await Attested.CreateAsync();
        var (record, expires) = (world.Files[0], world.Files[0].Header.Expires);
        var trusting = new RecordQuestion(expires.AddMilliseconds(-1)) { ClockMargin = TimeSpan.Zero, StatusAge = null };
        Assert.Equal(RecordStatus.Valid, world.Offline(record, trusting).Status);
        Assert.Equal((RecordStatus.Expired, RecordErrors.Expired), Status(world.Offline(record, trusting with { Now = expires })));

        // A clock that is a day behind, and nobody else to ask: not valid within the last day.
        Assert.Equal((RecordStatus.Unknown, "header"), Part(world.Offline(record, trusting with { ClockMargin = TimeSpan.FromDays(1) })));
        Assert.Equal(RecordStatus.Valid, world.Offline(record, trusting with { ClockMargin = TimeSpan.FromDays(1), Now = expires.AddDays(-1).AddMilliseconds(-1) }).Status);
        Assert.Equal((RecordStatus.Unknown, "header"), Part(world.Offline(record, trusting with { Now = record.Header.From.AddMilliseconds(-1) })));

        // A clock that is a day behind at a node: the witnesses' time tells.
        world.Trial.Clock.Advance(Attested.Validity);
        await world.Trial.SayAsync(Trial.Lakeside, s => new LedgerOperation.RecordChecked(s.Author, s.Id, s.Time, s.Heads, s.Id, 1, s.Id));
        Assert.Equal(RecordStatus.Expired, world.Online(record, trusting with { Now = expires.AddDays(-1) }).Status);
        var renewed = RecordProof.Prove(world.Trial.Ledgers[Trial.Lakeside], world.Trial.Keys.Policy, record);
        Assert.Equal(RecordStatus.Valid, world.Offline(renewed, trusting with { Now = expires.AddDays(-1) }).Status); // the issuer's own log is no newer: hence the margin
    }

    [Fact]
    public async Task An_old_proof_tells_nothing_of_revocations()
    {
        await using var world = await Attested.CreateAsync();
        var now = world.Now.AddDays(2);
        Assert.Equal((RecordStatus.Unknown, "ledger"), Part(world.Offline(world.Files[0], new RecordQuestion(now))));
        Assert.Equal(RecordStatus.Valid, world.Offline(world.Files[0], new RecordQuestion(now) { StatusAge = TimeSpan.FromDays(3) }).Status);
        Assert.Equal((RecordStatus.Unknown, "ledger"), Part(world.Offline(world.Files[0] with { Log = null })));
    }

    [Fact]
    public async Task What_is_not_final_is_not_known()
    {
        await using var world = await Attested.CreateAsync();
        var log = world.Files[0].Log!;
        var unwitnessed = world.Files[0] with { Log = log with { Checkpoint = log.Checkpoint.OnlyWith(s => s.Name == Trial.OriginOf(Trial.Riverside)) } };
        Assert.Equal((RecordStatus.Unknown, "ledger"), Part(world.Offline(unwitnessed)));
        var attestation = new Attestation(Trial.Riverside, world.Random);
        var record = RecordTests.Record(1, world.Random, from: world.Now);
        var carried = attestation.Carry(record, attestation.Add(record));
        Assert.Equal((RecordStatus.Unknown, "attestation"), Part(world.Online(carried)));
        Assert.Equal(RecordErrors.Unknown, Assert.Throws<EvidenceException>(() => RecordProof.Prove(world.Trial.Ledgers[Trial.Lakeside], world.Trial.Keys.Policy, carried)).Code);
    }

    [Fact]
    public async Task What_a_member_without_the_role_attests_counts_for_nothing_at_a_node()
    {
        PartyId[] parties = [Trial.Lakeside, Trial.Registry, Trial.Riverside];
        var founded = Standing.Found(parties.Select(p => (p, p == Trial.Riverside ? MemberRoles.Auditor : MemberRoles.All)));
        await using var trial = await Trial.OpenAsync(parties, founding: party => party == Trial.Riverside ? null : founded); // riverside's node does not mind
        var (random, now, ledger) = (RandomSource.Seeded(62), trial.Clock.GetUtcNow(), trial.Ledgers[Trial.Lakeside]);
        var attestation = new Attestation(Trial.Riverside, random);
        var record = RecordTests.Record(1, random, from: now);
        var carried = attestation.Carry(record, attestation.Add(record));
        await trial.Ledgers[Trial.Riverside].WaitForFinalityAsync(
            await trial.Ledgers[Trial.Riverside].AppendAsync(stamp => attestation.Operation(stamp), CancellationToken.None), CancellationToken.None);
        for (var seen = ledger.Position; ledger.LogOf(Trial.Riverside).Final is null; seen = ledger.Position) await ledger.WaitForChangeAsync(seen, CancellationToken.None);
        carried = RecordProof.Prove(trial.Ledgers[Trial.Riverside], trial.Keys.Policy, carried);
        var offline = RecordVerifier.Verify(carried.EncodeSecret(), trial.Keys.Policy, new RecordQuestion(now));
        Assert.Equal(RecordStatus.Valid, offline.Status);
        Assert.Contains(offline.NotChecked, line => line.Contains("entitled", StringComparison.Ordinal));
        foreach (var file in new[] { carried, carried with { Log = null } })
            Assert.Equal((RecordStatus.Unknown, "attestation"), Part(RecordVerifier.Verify(file.EncodeSecret(), ledger, LedgerTimes.Of(ledger, trial.Keys.Policy), new RecordQuestion(now))));
    }

    [Fact]
    public async Task A_tail_is_whole_at_every_place_of_a_log()
    {
        await using var world = await Attested.CreateAsync();
        for (var i = 0; i < 20; i++) await world.RevokeAsync(world.Files[2]);
        var view = world.Trial.Ledgers[Trial.Lakeside].LogOf(Trial.Riverside);
        var (final, entries) = (view.Final!, view.ReadEntries(0, view.Final!.Size));
        for (var first = 0; first < entries.Count; first++)
        {
            var tail = new LogTail(final, view.ProveInclusion(first, final.Size), [.. entries.Skip(first)]);
            Assert.True(tail.IsWhole());
            Assert.False((tail with { Entries = [.. tail.Entries.SkipLast(1)] }).IsWhole());
            if (first > 0) Assert.False((tail with { Entries = [entries[0], .. tail.Entries.Skip(1)] }).IsWhole());
        }
    }

    private static (RecordStatus, ErrorCode?) Status(RecordVerdict verdict) => (verdict.Status, verdict.Code);

    private static (RecordStatus, string?) Part(RecordVerdict verdict) => (verdict.Status, verdict.Part);
}
