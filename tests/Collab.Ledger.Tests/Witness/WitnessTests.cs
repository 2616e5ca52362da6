using System.Text;
using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Ledger.Witness;
using Collab.Primitives;

namespace Collab.Ledger.Tests.Witness;

public class WitnessTests
{
    private static readonly PartyId A = Consortium.Party(0);

    [Fact]
    public async Task A_witness_stores_the_entries_and_cosigns()
    {
        using var c = new Consortium(2);
        var (log, witness) = (c.OpenLog(0), c.FoundWitness(1));
        for (var held = 0L; held < 1000; held = log.Size)
        {
            await log.AppendAsync(Consortium.Entries((int)held, 1 + (int)(held / 2)));
            var reply = witness.AddCheckpoint(Consortium.RequestFor(log, held));
            Assert.Equal(WitnessStatus.Cosigned, reply.Status);
            log.AddCosignature(log.Latest!, reply.Cosignature!);
            Assert.Equal(log.Size, log.FinalSize);
        }

        var replica = witness.ReplicaOf(A)!;
        Assert.Equal((log.Size, log.Latest!.Root), (replica.Size, replica.Latest!.Root));
        Assert.Equal(log.Size, replica.FinalSize); // with two parties its own cosignature is all that is needed
        Assert.Equal(log.ReadEntries(0, log.Size).Select(e => e.ToArray()), replica.ReadEntries(0, log.Size).Select(e => e.ToArray()));
        await replica.VerifyAsync();
    }

    [Fact]
    public async Task What_was_cosigned_is_on_disk()
    {
        using var c = new Consortium(2);
        var log = c.OpenLog(0);
        await log.AppendAsync(Consortium.Entries(0, 10));
        using (var witness = LogWitness.Found(c.WitnessFolder(1), Consortium.Party(1), c.WitnessSigner(1), c.Policy))
            Assert.Equal(WitnessStatus.Cosigned, witness.AddCheckpoint(Consortium.RequestFor(log, 0)).Status);
        var again = c.OpenWitness(1);
        Assert.Equal(ReplicaState.Watching, again.ReplicaOf(A)!.State);
        Assert.Equal(10, again.ReplicaOf(A)!.Size);
        Assert.Equal(WitnessStatus.Conflict, again.AddCheckpoint(Consortium.RequestFor(log, 0)).Status);
        Assert.Equal(WitnessStatus.Cosigned, again.AddCheckpoint(Consortium.RequestFor(log, 10)).Status);
    }

    [Fact]
    public async Task Every_refusal_has_the_status_that_tlog_witness_names()
    {
        using var c = new Consortium(2);
        var (log, witness) = (c.OpenLog(0), c.FoundWitness(1));
        await log.AppendAsync(Consortium.Entries(0, 5));
        Assert.Equal(WitnessStatus.Cosigned, witness.AddCheckpoint(Consortium.RequestFor(log, 0)).Status);
        await log.AppendAsync(Consortium.Entries(5, 4));
        var good = Consortium.RequestFor(log, 5);
        var stranger = SignedCheckpoint.Sign(new Checkpoint("stranger.example/log", 1, MerkleTree.EmptyRoot), c.LogSigner(0));
        var forged = SignedCheckpoint.Sign(log.Latest!.Checkpoint, c.LogSigner(1));
        var flipped = new Digest([.. good.Proof[0].ToArray().Select((b, i) => i == 3 ? (byte)(b ^ 1) : b)]);

        (string What, AddCheckpointRequest Request, WitnessStatus Expected)[] table =
        [
            ("not a note", good with { Note = "nonsense"u8.ToArray() }, WitnessStatus.BadRequest),
            ("not a checkpoint", good with { Note = Encoding.UTF8.GetBytes($"{Consortium.Origin(0)}\n9223372036854775808\nx\n\n— a AAAAAAA=\n") }, WitnessStatus.BadRequest),
            ("unknown origin", good with { Note = stranger.ToBytes() }, WitnessStatus.NotFound),
            ("own log", good with { Note = c.SignOver(1, "x").ToBytes() }, WitnessStatus.NotFound),
            ("another's signature", good with { Note = forged.ToBytes() }, WitnessStatus.Forbidden),
            ("a spoilt signature", good with { Note = Spoil(good.Note) }, WitnessStatus.Forbidden),
            ("old size beyond the checkpoint", good with { OldSize = 10, Entries = [] }, WitnessStatus.BadRequest),
            ("old size below 0", good with { OldSize = -1 }, WitnessStatus.BadRequest),
            ("old size not the newest", good with { OldSize = 4 }, WitnessStatus.Conflict),
            ("old size 0", good with { OldSize = 0, Proof = [] }, WitnessStatus.Conflict),
            ("a wrong proof", good with { Proof = [flipped, .. good.Proof.Skip(1)] }, WitnessStatus.Unprocessable),
            ("no proof", good with { Proof = [] }, WitnessStatus.Unprocessable),
            ("a longer proof", good with { Proof = [.. good.Proof, flipped] }, WitnessStatus.Unprocessable),
            ("64 proof lines", good with { Proof = [.. Enumerable.Repeat(flipped, 64)] }, WitnessStatus.BadRequest),
            ("other entries", good with { Entries = Consortium.Entries(50, 4) }, WitnessStatus.Unprocessable),
            ("an entry less", good with { Entries = [.. good.Entries.Take(3)] }, WitnessStatus.BadRequest),
            ("an entry more", good with { Entries = [.. good.Entries, new byte[1]] }, WitnessStatus.BadRequest),
            ("too long an entry", good with { Entries = [.. good.Entries.Take(3), new byte[65_536]] }, WitnessStatus.BadRequest),
        ];
        foreach (var (what, request, expected) in table)
        {
            var reply = witness.AddCheckpoint(request);
            Assert.True(expected == reply.Status, $"{what}: {reply.Status} {reply.Reason}");
            Assert.Null(reply.Cosignature);
            if (reply.Status == WitnessStatus.Conflict) Assert.Equal("5\n", reply.ToBody());
        }

        Assert.Equal(5, witness.ReplicaOf(A)!.Size);
        Assert.Equal(9, Assert.Single(witness.ReplicaOf(A)!.Kept).Size); // the signed checkpoint that was refused is kept
        var accepted = witness.AddCheckpoint(good);
        Assert.Equal((WitnessStatus.Cosigned, $"{accepted.Cosignature}\n"), (accepted.Status, accepted.ToBody()));
        Assert.Empty(witness.ReplicaOf(A)!.Kept);
        Assert.Empty(witness.ReplicaOf(A)!.Equivocations);
    }

    [Fact]
    public async Task The_same_checkpoint_is_cosigned_again_with_a_new_time()
    {
        using var c = new Consortium(2);
        var (log, witness) = (c.OpenLog(0), c.FoundWitness(1));
        await log.AppendAsync(Consortium.Entries(0, 5));
        witness.AddCheckpoint(Consortium.RequestFor(log, 0));
        c.Clock.Now += TimeSpan.FromHours(1);
        var again = witness.AddCheckpoint(Consortium.RequestFor(log, 5));
        Assert.Equal(c.Clock.Now, c.Policy.Parties[1].Witness.CosignedAt(log.Latest!.Note.TextBytes, again.Cosignature!));
    }

    [Fact]
    public void An_empty_log_is_cosigned_with_the_empty_root_alone()
    {
        using var c = new Consortium(2);
        var witness = c.FoundWitness(1);
        var empty = SignedCheckpoint.Sign(new Checkpoint(Consortium.Origin(0), 0, MerkleTree.EmptyRoot), c.LogSigner(0));
        Assert.Equal(WitnessStatus.Cosigned, witness.AddCheckpoint(new(0, [], empty.ToBytes(), [])).Status);
        var wrong = SignedCheckpoint.Sign(new Checkpoint(Consortium.Origin(0), 0, MerkleTree.LeafHash([])), c.LogSigner(0));
        Assert.Equal(WitnessStatus.Unprocessable, witness.AddCheckpoint(new(0, [], wrong.ToBytes(), [])).Status);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Two_roots_of_one_size_are_evidence_and_freeze_the_log(bool byObservation)
    {
        using var c = new Consortium(2);
        var (one, two) = (c.SignOver(0, "a", "b"), c.SignOver(0, "a", "c"));
        Equivocation? raised = null;
        using (var witness = LogWitness.Found(c.WitnessFolder(1), Consortium.Party(1), c.WitnessSigner(1), c.Policy))
        {
            witness.Equivocated += e => raised = e;
            Assert.Equal(WitnessStatus.Cosigned, witness.AddCheckpoint(new(0, [], one.ToBytes(), Bytes("a", "b"))).Status);
            if (byObservation) Assert.True(witness.Observe(two));
            else Assert.Equal(WitnessStatus.Conflict, witness.AddCheckpoint(new(2, [], two.ToBytes(), [])).Status);
        }

        Assert.True(raised!.Verify(c.Policy.Parties[0].Log));
        var reopened = c.OpenWitness(1);
        Assert.Equal(ReplicaState.Frozen, reopened.ReplicaOf(A)!.State);
        Assert.True(Assert.Single(reopened.ReplicaOf(A)!.Equivocations).Verify(c.Policy.Parties[0].Log));
        Assert.Equal(WitnessStatus.Forbidden, reopened.AddCheckpoint(new(2, [], one.ToBytes(), [])).Status);
    }

    [Fact]
    public void A_fork_of_another_size_is_evidence_by_proof()
    {
        using var c = new Consortium(2);
        var witness = c.FoundWitness(1);
        witness.AddCheckpoint(new(0, [], c.SignOver(0, "a", "b", "c", "d", "e").ToBytes(), Bytes("a", "b", "c", "d", "e")));
        Assert.Equal(WitnessStatus.Conflict, witness.AddCheckpoint(new(0, [], c.SignOver(0, "a", "x", "c").ToBytes(), Bytes("a", "x", "c"))).Status);
        var evidence = Assert.Single(witness.ReplicaOf(A)!.Equivocations);
        Assert.Equal((3, 5), (evidence.First.Size, evidence.Second.Size));
        Assert.True(evidence.Verify(c.Policy.Parties[0].Log));
    }

    [Fact]
    public void A_refused_larger_checkpoint_becomes_evidence_when_the_log_grows_past_it_otherwise()
    {
        using var c = new Consortium(2);
        var witness = c.FoundWitness(1);
        witness.AddCheckpoint(new(0, [], c.SignOver(0, "a").ToBytes(), Bytes("a")));
        var hidden = c.SignOver(0, "a", "x", "y");
        Assert.Equal(WitnessStatus.Conflict, witness.AddCheckpoint(new(0, [], hidden.ToBytes(), Bytes("a", "x", "y"))).Status); // kept
        var tree = new MemoryTree();
        foreach (var entry in (string[])["a", "b", "c", "d"]) tree.Add(Encoding.UTF8.GetBytes(entry));
        var reply = witness.AddCheckpoint(
            new(1, tree.ProveConsistency(1, 4).Path, c.SignOver(0, "a", "b", "c", "d").ToBytes(), Bytes("b", "c", "d")));
        Assert.Equal((WitnessStatus.Forbidden, null), (reply.Status, reply.Cosignature));
        Assert.True(Assert.Single(witness.ReplicaOf(A)!.Equivocations).Verify(c.Policy.Parties[0].Log));
    }

    [Fact]
    public void Evidence_survives_its_encoding_and_every_false_accusation_is_refused()
    {
        using var c = new Consortium(2);
        var author = c.Policy.Parties[0].Log;
        var (one, two) = (c.SignOver(0, "a", "b"), c.SignOver(0, "a", "c"));
        Assert.True(Equivocation.Parse(new Equivocation(one, two, null, null).ToBytes()).Verify(author));
        Assert.False(new Equivocation(one, two, null, null).Verify(c.Policy.Parties[1].Log));
        Assert.False(new Equivocation(one, one, null, null).Verify(author));
        Assert.False(new Equivocation(one, c.SignOver(1, "a", "c"), null, null).Verify(author));
        Assert.False(new Equivocation(one, c.SignOver(0, "a", "b", "c"), null, null).Verify(author)); // one continues the other

        var tree = new MemoryTree();
        foreach (var entry in (string[])["a", "b", "c"]) tree.Add(Encoding.UTF8.GetBytes(entry));
        var (three, proof) = (c.SignOver(0, "a", "b", "c"), tree.ProveConsistency(2, 3));
        Assert.False(new Equivocation(one, three, one.Root, proof).Verify(author)); // an honest history
        Assert.False(new Equivocation(one, three, two.Root, proof).Verify(author)); // a root that is not in the second
        Assert.True(new Equivocation(two, three, one.Root, proof).Verify(author));
        Assert.False(new Equivocation(two, three, one.Root, tree.ProveConsistency(1, 3)).Verify(author));
    }

    [Fact]
    public async Task A_witness_that_lost_its_record_cosigns_nothing_until_it_was_shown_what_others_hold()
    {
        using var c = new Consortium(3);
        var log = c.OpenLog(0);
        var (lost, other) = (c.WitnessFolder(1), c.FoundWitness(2));
        await log.AppendAsync(Consortium.Entries(0, 6));
        using (var witness = LogWitness.Found(lost, Consortium.Party(1), c.WitnessSigner(1), c.Policy)) witness.AddCheckpoint(Consortium.RequestFor(log, 0));
        other.AddCheckpoint(Consortium.RequestFor(log, 0));

        Directory.Delete(Path.Combine(lost, A.Name), recursive: true); // one log of it, not all
        using (var witness = LogWitness.Open(lost, Consortium.Party(1), c.WitnessSigner(1), c.Policy))
        {
            Assert.Equal(ReplicaState.Recovering, witness.ReplicaOf(A)!.State);
            Assert.Equal(ReplicaState.Watching, witness.ReplicaOf(Consortium.Party(2))!.State);
            var refused = witness.AddCheckpoint(new(0, [], c.SignOver(0, "another history").ToBytes(), Bytes("another history")));
            Assert.Equal((WitnessStatus.Unavailable, LedgerErrors.WitnessRecovering), (refused.Status, refused.Code));
        }

        using (var witness = LogWitness.Open(lost, Consortium.Party(1), c.WitnessSigner(1), c.Policy)) // opening again does not help
        {
            Assert.Equal(ReplicaState.Recovering, witness.ReplicaOf(A)!.State);
            Assert.True(witness.Observe(other.ReplicaOf(A)!.Latest!));
            witness.CompleteRecovery(A);
        }

        var recovered = c.OpenWitness(1);
        Assert.Equal(ReplicaState.Watching, recovered.ReplicaOf(A)!.State);
        var shorter = c.SignOver(0, "another", "history");
        Assert.Equal(WitnessStatus.Conflict, recovered.AddCheckpoint(new(0, [], shorter.ToBytes(), Bytes("another", "history"))).Status);
        Assert.Equal(WitnessStatus.Cosigned, recovered.AddCheckpoint(Consortium.RequestFor(log, 0)).Status);
    }

    [Fact]
    public void A_recovered_witness_does_not_cosign_another_history_that_is_long_enough()
    {
        using var c = new Consortium(2);
        using (var witness = LogWitness.Open(c.WitnessFolder(1), Consortium.Party(1), c.WitnessSigner(1), c.Policy)) // no record at all
        {
            Assert.Equal(ReplicaState.Recovering, witness.ReplicaOf(A)!.State);
            witness.Observe(c.SignOver(0, "a", "b"));
            witness.CompleteRecovery(A);
        }

        var recovered = c.OpenWitness(1);
        var reply = recovered.AddCheckpoint(new(0, [], c.SignOver(0, "x", "y", "z").ToBytes(), Bytes("x", "y", "z")));
        Assert.Equal((WitnessStatus.Forbidden, null), (reply.Status, reply.Cosignature));
        Assert.True(Assert.Single(recovered.ReplicaOf(A)!.Equivocations).Verify(c.Policy.Parties[0].Log));
    }

    [Fact]
    public void A_crash_between_growing_and_comparing_forgets_no_contradiction()
    {
        using var c = new Consortium(2);
        string kept;
        byte[] bytes;
        using (var witness = LogWitness.Found(c.WitnessFolder(1), Consortium.Party(1), c.WitnessSigner(1), c.Policy))
        {
            witness.Observe(c.SignOver(0, "a", "x"));
            kept = Assert.Single(Directory.GetFiles(c.WitnessFolder(1), "*.note", SearchOption.AllDirectories));
            bytes = File.ReadAllBytes(kept);
            File.Delete(kept);
        }

        using (var witness = LogWitness.Open(c.WitnessFolder(1), Consortium.Party(1), c.WitnessSigner(1), c.Policy))
            Assert.Equal(WitnessStatus.Cosigned, witness.AddCheckpoint(new(0, [], c.SignOver(0, "a", "b").ToBytes(), Bytes("a", "b"))).Status);
        File.WriteAllBytes(kept, bytes); // as if the comparison had never been reached
        var reopened = c.OpenWitness(1);
        Assert.Equal(ReplicaState.Frozen, reopened.ReplicaOf(A)!.State);
        Assert.True(Assert.Single(reopened.ReplicaOf(A)!.Equivocations).Verify(c.Policy.Parties[0].Log));
    }

    [Fact]
    public void What_a_stranger_signed_is_not_observed()
    {
        using var c = new Consortium(2);
        var witness = c.FoundWitness(1);
        Assert.False(witness.Observe(SignedCheckpoint.Sign(new Checkpoint(Consortium.Origin(0), 3, MerkleTree.EmptyRoot), c.LogSigner(1))));
        Assert.False(witness.Observe(SignedCheckpoint.Sign(new Checkpoint("stranger", 3, MerkleTree.EmptyRoot), c.LogSigner(0))));
        Assert.Empty(witness.ReplicaOf(A)!.Kept);
    }

    [Fact]
    public async Task A_replica_learns_that_a_checkpoint_became_final()
    {
        using var c = new Consortium(3);
        var (log, b, third) = (c.OpenLog(0), c.FoundWitness(1), c.FoundWitness(2));
        await log.AppendAsync(Consortium.Entries(0, 4));
        foreach (var witness in (LogWitness[])[b, third])
            log.AddCosignature(log.Latest!, witness.AddCheckpoint(Consortium.RequestFor(log, 0)).Cosignature!);
        Assert.Equal(4, log.FinalSize);
        Assert.Equal(0, b.ReplicaOf(A)!.FinalSize); // it knows of its own cosignature only
        Assert.True(b.Observe(log.NewestFinal!));
        Assert.Equal(4, b.ReplicaOf(A)!.FinalSize);
        b.Dispose();
        Assert.Equal(4, c.OpenWitness(1).ReplicaOf(A)!.FinalSize);
    }

    [Fact]
    public async Task Of_many_requests_at_once_each_size_is_cosigned_with_one_root()
    {
        using var c = new Consortium(2);
        var (log, witness) = (c.OpenLog(0), c.FoundWitness(1));
        var requests = new List<AddCheckpointRequest>();
        for (var i = 0; i < 20; i++)
        {
            await log.AppendAsync(Consortium.Entries(i, 1));
            requests.Add(Consortium.RequestFor(log, 0));
        }

        var replies = await Task.WhenAll(requests.Select(request => Task.Run(() => witness.AddCheckpoint(request))));
        Assert.Equal(1, replies.Count(reply => reply.Status == WitnessStatus.Cosigned)); // the first one in; old size 0 is stale after it
        Assert.Equal(19, replies.Count(reply => reply.Status == WitnessStatus.Conflict));
        Assert.Empty(witness.ReplicaOf(A)!.Equivocations);
    }

    [Fact]
    public async Task The_body_of_tlog_witness_reads_and_writes_byte_for_byte()
    {
        using var c = new Consortium(2);
        var log = c.OpenLog(0);
        await log.AppendAsync(Consortium.Entries(0, 11));
        var request = Consortium.RequestFor(log, 5);
        var body = request.ToBody();
        Assert.StartsWith("old 5\n", Encoding.UTF8.GetString(body));
        var read = AddCheckpointRequest.Parse(body, request.Entries);
        Assert.Equal(5, read.OldSize);
        Assert.Equal(request.Proof, read.Proof);
        Assert.Equal(request.Note.ToArray(), read.Note.ToArray());
        Assert.Equal(body, read.ToBody());
    }

    [Theory]
    [InlineData(""), InlineData("old 5\n"), InlineData("old 05\n\nnote"), InlineData("old -5\n\nnote"), InlineData("old 5 \n\nnote")]
    [InlineData("old 9223372036854775808\n\nnote"), InlineData("new 5\n\nnote"), InlineData("old 5\nAAAA\n\nnote"), InlineData("old 5\nx\n\nnote")]
    public void A_malformed_body_is_refused(string body) =>
        Assert.Throws<MalformedException>(() => AddCheckpointRequest.Parse(Encoding.UTF8.GetBytes(body), []));

    [Fact]
    public void A_body_with_64_hashes_is_refused()
    {
        var line = Convert.ToBase64String(new byte[32]) + "\n";
        Assert.Equal(63, AddCheckpointRequest.Parse(Body(63), []).Proof.Count);
        Assert.Throws<MalformedException>(() => AddCheckpointRequest.Parse(Body(64), []));
        byte[] Body(int lines) => Encoding.UTF8.GetBytes($"old 5\n{string.Concat(Enumerable.Repeat(line, lines))}\nnote");
    }

    [Fact]
    public void A_second_founding_in_one_folder_is_refused()
    {
        using var c = new Consortium(2);
        c.FoundWitness(1).Dispose();
        Assert.Throws<ArgumentException>(() => c.FoundWitness(1));
    }

    private static ReadOnlyMemory<byte>[] Bytes(params string[] entries) =>
        [.. entries.Select(entry => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(entry))];

    private static byte[] Spoil(ReadOnlyMemory<byte> note)
    {
        var checkpoint = SignedCheckpoint.Parse(note.Span);
        var bytes = checkpoint.Note.Signatures[0].Bytes.ToArray();
        bytes[10] ^= 1;
        return checkpoint.With(checkpoint.Note.Signatures[0] with { Bytes = bytes }).ToBytes();
    }
}
