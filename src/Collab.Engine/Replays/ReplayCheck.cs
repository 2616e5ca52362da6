using Collab.Cryptography;
using Collab.Engine.Descriptions;
using Collab.Engine.Runs;
using Collab.Evidence;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Replays;

/// <summary>
/// Recomputes one party's side of a run from what it opened, with no node and no network, and compares it with the evidence (protocols/specs/replay.md, "Check").
/// The checks run in the order of the spec; the first broken one ends them, but for messages, all of which are compared.
/// </summary>
public sealed class ReplayCheck : IDisposable
{
    private readonly string _software;
    private readonly ReplayPackage _package;
    private readonly List<ReplayPackage> _others = [];
    private readonly List<ReplayFinding> _findings = [];
    private readonly List<string> _checked = [];
    private readonly List<string> _notChecked =
    [
        "whether the rows were true, or all that the party has: nothing can show that",
        "whether the seed was drawn at random: a party may try seeds, but only before it hears anything",
        "the parts of the other parties: each is replayed by its own package",
    ];

    private ReplayCheck(ReplayPackage package, string software) => (_package, _software) = (package, software);

    /// <summary>Checks a package against a bundle of its run.</summary>
    /// <param name="package">The party's package.</param>
    /// <param name="others">Packages of other parties of the run, which help to name a message; may be none.</param>
    /// <param name="bundle">The bundle.</param>
    /// <param name="trusted">The keys the auditor trusts; null when there are none.</param>
    /// <param name="software">Name and version of this program.</param>
    /// <param name="cancellation">Ends the check.</param>
    public static async Task<ReplayVerdict> RunAsync(
        string package, IReadOnlyList<string> others, ReadOnlyMemory<byte> bundle, TrustedKeys? trusted, string software, CancellationToken cancellation)
    {
        ReplayPackage opened;
        try
        {
            opened = ReplayPackage.Open(package);
        }
        catch (CollabException e) when (e.Code == ReplayErrors.Malformed)
        {
            return new ReplayVerdict(null, null, [new(e.Code, e.Message)], [], [], 0, 0);
        }

        using var check = new ReplayCheck(opened, software);
        var lines = (ReplayedLines?)null;
        try
        {
            lines = await check.CheckAsync(others, bundle, trusted, cancellation);
        }
        catch (CollabException e) when (e.Code.Name.StartsWith("replay.", StringComparison.Ordinal))
        {
            check._findings.Add(new ReplayFinding(e.Code, e.Message));
        }

        var usage = lines?.Channels.Select(channel => channel.Usage).ToList() ?? [];
        return new ReplayVerdict(
            opened.Head.Run, opened.Head.Party, check._findings, check._checked, check._notChecked, usage.Sum(u => u.MessagesSent), usage.Sum(u => u.BytesSent));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _package.Dispose();
        _others.ForEach(other => other.Dispose());
    }

    private async Task<ReplayedLines> CheckAsync(IReadOnlyList<string> others, ReadOnlyMemory<byte> bundle, TrustedKeys? trusted, CancellationToken cancellation)
    {
        var report = BundleVerifier.Verify(bundle, trusted);                            // 1   the bundle
        if (!report.Holds) throw Broken(ReplayErrors.EvidenceBroken, $"The bundle does not hold: {report.Findings[0].Code.Name}: {report.Findings[0].Message}");
        var parts = EvidenceBundle.Read(bundle);
        var plan = Plan.Decode(parts.Find("plan")!.Content.Span);
        Held("the bundle holds");

        var receipt = ReceiptOf(_package, plan, report, parts);                         // 2   this run's, and as it was committed to
        Held($"the package is of this run, and seed and recording are those that {receipt.Party} committed to in its receipt");
        foreach (var path in others) AddBeside(path, plan, report, parts);

        CheckReceived(_package, receipt);                                               // 3   what was received
        Held("the recorded messages are those that the receipt, and so every other party's, says were received");
        if (receipt.Software != _software)
            _notChecked.Add($"the same program: it ran under {receipt.Software}, and this is {_software}; other versions may send other bytes without anybody's fault");

        var lines = new ReplayedLines(_package, RunContext.Of(plan.Digest, receipt.Run), plan.Parties.Where(p => p != receipt.Party));
        using var seed = SecretBytes.Take(_package.Seed);
        using var random = new SeedStream(seed);
        using var folder = new TemporaryFolder();
        ProtocolPart part;
        JobResult? result;
        IReadOnlyList<Conversation> conversations;
        try
        {
            var ports = Ports(receipt.Party, plan.Consortium, random, folder.Path);
            part = await ProtocolPart.PrepareAsync(ports, plan, receipt.Run, cancellation); // 4   the rows
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw Broken(ReplayErrors.SnapshotMismatch, $"The opened rows cannot be read as the plan says: {Told(e)}");
        }

        using (part)
        {
            if (part.Snapshot != receipt.Snapshot) throw Broken(ReplayErrors.SnapshotMismatch, "The opened rows are not those that the receipt commits to.");
            if (receipt.Snapshot is not null) Held("the opened rows are those that the receipt commits to");
            part.Passed = peer => lines.PassedWith(receipt.Party, peer);
            Exception? failure = null;
            try
            {
                result = await part.RunAsync(lines.Roots, receipt.Run, static (_, _, _, _) => { }, cancellation); // 5   the protocol
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                (result, failure) = (null, e);
            }

            conversations = part.Account([.. lines.Roots.Keys.Order().Select(peer => Conversations.Of(lines.PassedWith(receipt.Party, peer)))]);
            CheckSent(lines, receipt, conversations);                                   // 6   every message that was sent
            if (failure is not null) throw Broken(ReplayErrors.RecomputationFailed, $"The party's part of the protocol stops over what was recorded: {Told(failure)}");
            CheckRead(lines);
            CheckResult(receipt, result, random);                                       // 7   the result
        }

        return lines;
    }

    private void CheckRead(ReplayedLines lines)
    {
        foreach (var channel in lines.Channels.Where(channel => channel.MessagesReceived < _package.CountReceived(channel.Peer, channel.Label)))
            Note(ReplayErrors.RecomputationFailed, $"{ReplayedLines.Name(channel.Label)} from {channel.Peer}: the party's part of the protocol reads {channel.MessagesReceived} of {_package.CountReceived(channel.Peer, channel.Label)} messages.");
    }

    private static Receipt ReceiptOf(ReplayPackage package, Plan plan, VerificationReport report, EvidenceBundle parts)
    {
        var head = package.Head;
        if (head.Job != plan.Digest || head.Run != report.Summary!.Run) throw Broken(ReplayErrors.OtherRun, $"The package is of run {head.Run.Short} and the bundle of run {report.Summary!.Run.Short}.");
        if (parts.Find($"receipt/{head.Party}") is not { } bytes) throw Broken(ReplayErrors.OtherRun, $"The bundle has no receipt of {head.Party}.");
        var receipt = Receipt.Decode(bytes.Content.Span);
        if (receipt.Replay is not { } committed) throw Broken(ReplayErrors.NotCommitted, $"{head.Party}'s receipt commits to no seed and recording.");
        var commitment = new Commitment((CommitmentAlgorithm)committed.Algorithm, committed.Value);
        if (!commitment.IsOpenedBy(ReplayPackage.CommitmentDomain, ReplayPackage.Committed(package.Seed, package.Recording), package.Opening))
            throw Broken(ReplayErrors.CommitmentMismatch, $"Seed and recording are not those that {head.Party}'s receipt commits to.");
        return head.Software == receipt.Software ? receipt : throw Broken(ReplayErrors.CommitmentMismatch, "Receipt and recording name different programs.");
    }

    private void AddBeside(string path, Plan plan, VerificationReport report, EvidenceBundle parts)
    {
        var other = ReplayPackage.Open(path);
        _others.Add(other);
        CheckReceived(other, ReceiptOf(other, plan, report, parts));
    }

    private static void CheckReceived(ReplayPackage package, Receipt receipt)
    {
        foreach (var conversation in receipt.Conversations)
        {
            foreach (var line in conversation.Received)
            {
                if (package.CountReceived(conversation.Peer, line.Label) == 0 || Conversations.LineOf(package.ReceivedLine(conversation.Peer, line.Label)) != line)
                    throw Broken(ReplayErrors.ReceivedMismatch, $"{ReplayedLines.Name(line.Label)}: what {package.Head.Party} recorded is not what it received from {conversation.Peer}.");
            }
        }

        var known = receipt.Conversations.SelectMany(c => c.Received.Select(line => (c.Peer, line.Label))).ToHashSet();
        if (package.ReceivedOn.FirstOrDefault(line => !known.Contains(line)) is { Label: { } stray } at)
            throw Broken(ReplayErrors.ReceivedMismatch, $"{ReplayedLines.Name(stray)}: {package.Head.Party} recorded messages of {at.Peer} that its receipt does not have.");
    }

    private void CheckSent(ReplayedLines lines, Receipt receipt, IReadOnlyList<Conversation> conversations)
    {
        foreach (var conversation in conversations)
        {
            var told = receipt.Conversations.Single(c => c.Peer == conversation.Peer);
            foreach (var label in conversation.Sent.Concat(told.Sent).Select(line => line.Label).Distinct().Order(StringComparer.Ordinal))
            {
                var (computed, sent) = (conversation.Sent.FirstOrDefault(line => line.Label == label), told.Sent.FirstOrDefault(line => line.Label == label));
                if (computed == sent) continue;
                Note(ReplayErrors.MessageDiffers, $"{ReplayedLines.Name(label)} from {receipt.Party} to {conversation.Peer}: {Where(lines, conversation.Peer, label, computed, sent)}.");
            }
        }

        Held("every message that the party sent is the one that seed, rows and received messages give, by its own receipt and by the receivers'");
    }

    // By what the receiver recorded when it opened that too, which is bound to its receipt; else by what the party itself recorded.
    private string Where(ReplayedLines lines, PartyId peer, string label, ChannelDigest? computed, ChannelDigest? sent)
    {
        var recomputed = lines.Channels.FirstOrDefault(channel => channel.Peer == peer && channel.Label == label)?.Sent ?? [];
        if (_others.FirstOrDefault(other => other.Head.Party == peer) is { } receiver)
        {
            var received = Enumerable.Range(0, receiver.CountReceived(_package.Head.Party, label))
                .Select(number => receiver.ReceivedMessage(_package.Head.Party, label, number)).Select(message => (Digest.Sha256(message.Span), (long)message.Length)).ToList();
            if (ReplayedLines.Difference(recomputed, received, $"received by {peer}") is { } shown) return shown;
        }

        return ReplayedLines.Difference(recomputed, [.. _package.SentOn(peer, label).Select(message => (message.Message, (long)message.Size))], "recorded as sent")
            ?? $"{Count(computed)} as recomputed, {Count(sent)} by the receipts, and not the same; the party's own recording hides which message it was, and {peer}'s package would show it";

        static string Count(ChannelDigest? line) => line is null ? "nothing" : $"{line.Messages} messages of {line.Bytes} bytes";
    }

    private void CheckResult(Receipt receipt, JobResult? result, SeedStream random)
    {
        CommitmentReference? recomputed = null;
        if (result is not null)
        {
            var (commitment, _) = Commitment.Commit(SealedResult.Domain, result.WriteTo, random.Branch(ReplayRecorder.ResultBranch), _package.Head.Commitments);
            recomputed = new CommitmentReference((byte)commitment.Algorithm, commitment.Value);
        }

        if (recomputed != receipt.Result) Note(ReplayErrors.ResultMismatch, $"{receipt.Party} committed to another result than its part of the protocol gives.");
        else if (recomputed is not null) Held("the result that the party committed to is the one it computed");
    }

    // A part of a protocol reaches neither ledger nor peers; what it reads of its own is in the recording, and its rules were applied then.
    private EnginePorts Ports(PartyId self, string consortium, RandomSource random, string folder) => new(
        self, consortium, null!, null!, new RecordedDatasets(_package), new MemoryJobStore(), null!, ApprovalPolicy.AskAlways, null!, null!, TimeProvider.System, random, _software)
    {
        Lasting = RandomSource.System,
        Commitments = _package.Head.Commitments,
        BucketKeys = checked((int)_package.Head.BucketKeys),
        SpillFolder = folder,
    };

    private static string Told(Exception e) => e is CollabException failure ? $"{failure.Code.Name}: {failure.Message}" : e.GetType().Name;

    private static CollabException Broken(ErrorCode code, string message) => new(code, message);

    private void Note(ErrorCode code, string message) => _findings.Add(new ReplayFinding(code, message));

    private void Held(string what)
    {
        if (_findings.Count == 0) _checked.Add(what);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("collab-replay").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
