using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Evidence.Tests;

/// <summary>
/// Bundles by dishonest parties, whose seal and signatures are all valid: only what they mean can give them away. Some are honest
/// evidence of a dishonest run, the others an honest run's evidence changed and sealed again.
/// </summary>
/// <param name="Name">What was done.</param>
/// <param name="Code">What the verifier must say first.</param>
/// <param name="Part">And of which part.</param>
/// <param name="Make">The bundle, and the keys of the auditor if they matter.</param>
internal sealed record Tampered(string Name, ErrorCode Code, string Part, Func<Task<(byte[] Bundle, TrustedKeys? Trusted)>> Make)
{
    private readonly Lazy<Task<(byte[] Bundle, TrustedKeys? Trusted)>> _made = new(Make); // two verifiers look at each
    private static readonly PartyId Lakeside = Trial.Lakeside, Registry = Trial.Registry, Riverside = Trial.Riverside;
    private static readonly Digest Other = Digest.Sha256("another"u8);

    public static IReadOnlyList<Tampered> All { get; } = [.. Format(), .. Trust(), .. Logs(), .. Authorizations(), .. Terms(), .. Quota(), .. Binding(), .. Transcripts()];

    public Task<(byte[] Bundle, TrustedKeys? Trusted)> BundleAsync() => _made.Value;

    private static IEnumerable<Tampered> Format()
    {
        yield return Resealed("an unknown part", EvidenceErrors.Unsupported, "notes", (_, p) => p.Add("notes", [1]));
        yield return Resealed("a bundle in the bundle", EvidenceErrors.Unsupported, "bundle", (t, p) => p.Add("bundle", t.Export()));
        yield return Resealed("a bundle for the keys", EvidenceErrors.Malformed, "keys", (t, p) => p.Put("keys", t.Export()));
        yield return Resealed("a part twice", EvidenceErrors.Malformed, "contents", (_, p) => p.Add("run", p["run"].ToArray()));
        foreach (var name in new[] { "../run", "log/../keys", "/etc/passwd", "log//lakeside", "log\\lakeside", "LOG/lakeside", "log/lakeside\n", "", new string('a', 81), "log/\u001b[2J" })
            yield return Resealed($"a part named '{Uri.EscapeDataString(name)}'", EvidenceErrors.Malformed, "contents", (_, p) => p.Add(name, [1]));
        yield return Resealed("a log of a stranger", EvidenceErrors.Malformed, "log/harbour", (_, p) => p.Add("log/harbour", p["log/lakeside"].ToArray()));
        foreach (var part in new[] { "keys", "plan", "run", "log/lakeside", "receipt/registry" })
        {
            yield return Resealed($"an empty part '{part}'", EvidenceErrors.Malformed, part, (_, p) => p.Put(part, []));
            yield return Resealed($"a longer part '{part}'", EvidenceErrors.Malformed, part, (_, p) => p.Put(part, [.. p[part].Span, 0]));
        }

        foreach (var part in new[] { "keys", "plan", "run" })
            yield return Resealed($"no part '{part}'", EvidenceErrors.Malformed, part, (_, p) => p.Remove(part));
        yield return Resealed("entries in another order", EvidenceErrors.Malformed, "log/riverside",
            (_, p) => p.Log(Riverside, log => log with { Entries = [.. log.Entries.Reverse()] }));
        yield return Resealed("an entry twice", EvidenceErrors.Malformed, "log/riverside",
            (_, p) => p.Log(Riverside, log => log with { Entries = [log.Entries[0], .. log.Entries] }));
        yield return Resealed("an entry that is no operation", EvidenceErrors.Malformed, "log/riverside",
            (_, p) => p.Log(Riverside, log => log with { Entries = [log.Entries[0] with { Entry = new byte[] { 1, 2, 3 } }, .. log.Entries.Skip(1)] }));
        yield return Resealed("an unknown way to commit to a result", EvidenceErrors.Unsupported, "receipt/registry",
            (_, p) => p.Receipt(Registry, r => r with { Result = r.Result! with { Algorithm = 3 } }));
        yield return Resealed("an unknown way to commit to a seed", EvidenceErrors.Unsupported, "receipt/registry",
            (_, p) => p.Receipt(Registry, r => r with { Replay = new CommitmentReference(3, Other) }));
        yield return Row("a bundle of another version", EvidenceErrors.Unsupported, "header", async () =>
        {
            var trial = await HonestRun.TrialAsync();
            var bundle = trial.Export();
            bundle["collab-evidence/".Length] = (byte)'2';
            return bundle;
        });
        foreach (var size in new[] { uint.MaxValue, 0x8000_0000, 33u, 31u })
        {
            yield return Row($"a part that says it has {size} bytes", EvidenceErrors.Malformed, "contents", async () =>
            {
                var trial = await HonestRun.TrialAsync();
                return SealedTable(trial, w => w.List(EvidenceBundle.Read(trial.Export()).Parts, (v, p) => v
                    .Text(p.Name).UInt32(p.Name == "run" ? size : (uint)p.Content.Length).Digest(p.Digest)));
            });
        }

        yield return Row("a table of four thousand million parts", EvidenceErrors.Malformed, "contents", async () =>
        {
            var trial = await HonestRun.TrialAsync();
            return SealedTable(trial, w => w.UInt32(uint.MaxValue));
        });
    }

    private static IEnumerable<Tampered> Trust()
    {
        yield return Row("a seal of another party's key", EvidenceErrors.SealInvalid, "contents", async () =>
        {
            var trial = await HonestRun.TrialAsync();
            return EvidenceBundle.Write(Registry, trial.LogKeys[Lakeside], trial.Clock.GetUtcNow(), "collab", EvidenceBundle.Read(trial.Export()).Parts);
        });
        yield return Row("a seal of a stranger", EvidenceErrors.SealInvalid, "contents", async () =>
        {
            var trial = await HonestRun.TrialAsync();
            return EvidenceBundle.Write(Trial.Harbour, trial.LogKeys[Lakeside], trial.Clock.GetUtcNow(), "collab", EvidenceBundle.Read(trial.Export()).Parts);
        });
        yield return new("a consortium that the exporter made up", EvidenceErrors.KeysDiffer, "keys", async () =>
        {
            var trial = await HonestRun.TrialAsync();
            await using var honest = await Trial.OpenAsync([Trial.Harbour, Lakeside, Registry, Riverside]); // other keys under the same names
            return (trial.Export(), honest.Keys);
        });
        yield return Resealed("an entry that another party signed", EvidenceErrors.SignatureInvalid, "log/riverside", (t, p) => p.Log(Riverside, log => log with
        {
            Entries = [log.Entries[0] with { Entry = SignedOperation.Sign(SignedOperation.Decode(log.Entries[0].Entry.Span).Operation, t.LogKeys[Registry]).Encode() }, .. log.Entries.Skip(1)],
        }));
        yield return Resealed("an entry of one party in the log of another", EvidenceErrors.SignatureInvalid, "log/riverside", (t, p) => p.Log(Riverside, log => log with
        {
            Entries = [log.Entries[0] with { Entry = LogExtract.Decode(p["log/lakeside"].Span).Entries[0].Entry }, .. log.Entries.Skip(1)],
        }));
        yield return Resealed("an operation signed in another's name", EvidenceErrors.SignatureInvalid, "log/riverside", (t, p) => p.Log(Riverside, log => log with
        {
            Entries = [log.Entries[0] with { Entry = SignedOperation.Sign(SignedOperation.Decode(log.Entries[0].Entry.Span).Operation with { Author = Lakeside }, t.LogKeys[Riverside]).Encode() }, .. log.Entries.Skip(1)],
        }));
    }

    private static IEnumerable<Tampered> Logs()
    {
        yield return Resealed("a checkpoint without cosignatures", EvidenceErrors.NotFinal, "log/riverside",
            (t, p) => p.Log(Riverside, log => log with { Checkpoint = log.Checkpoint.OnlyWith(s => s.Name == Trial.OriginOf(Riverside)) }));
        yield return Resealed("a checkpoint with one cosignature of two", EvidenceErrors.NotFinal, "log/riverside",
            (t, p) => p.Log(Riverside, log => log with { Checkpoint = log.Checkpoint.OnlyWith(s => s.Name != "lakeside.example/witness") }));
        yield return Resealed("a checkpoint with the author's own cosignature for another's", EvidenceErrors.NotFinal, "log/riverside",
            (t, p) => p.Log(Riverside, log => log with
            {
                Checkpoint = log.Checkpoint.OnlyWith(s => s.Name != "lakeside.example/witness").CosignedBy(t.WitnessSigner(Riverside)),
            }));
        yield return Resealed("a checkpoint of another log", EvidenceErrors.NotFinal, "log/riverside",
            (t, p) => p.Log(Riverside, log => log with { Checkpoint = LogExtract.Decode(p["log/lakeside"].Span).Checkpoint }));
        yield return Resealed("a proof for another size", EvidenceErrors.NotIncluded, "log/riverside", (t, p) => p.Log(Riverside, log => log with
        {
            Entries = [log.Entries[0] with { Inclusion = t.Ledgers[Registry].LogOf(Riverside).ProveInclusion(0, log.Checkpoint.Size - 1) }, .. log.Entries.Skip(1)],
        }));
        yield return Resealed("an entry that is not in the log", EvidenceErrors.NotIncluded, "log/riverside", (t, p) => p.Log(Riverside, log => log with
        {
            Entries = [log.Entries[0] with { Entry = SignedOperation.Sign(Grant(log, 0) with { Uses = 1 }, t.LogKeys[Riverside]).Encode() }, .. log.Entries.Skip(1)],
        }));
        yield return Resealed("an entry under the index of another", EvidenceErrors.NotIncluded, "log/riverside", (t, p) => p.Log(Riverside, log => log with
        {
            Entries = [log.Entries[0] with { Entry = log.Entries[1].Entry }, log.Entries[1] with { Entry = log.Entries[0].Entry }, .. log.Entries.Skip(2)],
        }));
        yield return Resealed("histories left out", EvidenceErrors.Inconsistent, "log/lakeside",
            (_, p) => p.Log(Riverside, log => log with { Histories = [] }));
        yield return Resealed("a history with another root", EvidenceErrors.Inconsistent, "log/riverside",
            (_, p) => p.Log(Riverside, log => log with { Histories = [log.Histories[0] with { Root = Other }, .. log.Histories.Skip(1)] }));
        yield return Told("a state of a log that never was", EvidenceErrors.Inconsistent, "log/registry", Trial.Honest,
            o => o is LedgerOperation.StartRun ? o with { Heads = [o.Heads[0] with { Root = Other }, .. o.Heads.Skip(1)] } : o);
        yield return Resealed("a fork that the author alone signed", EvidenceErrors.NotFinal, "log/riverside",
            (t, p) => p.Log(Riverside, log => Fork(t, log, [])));
        yield return Resealed("a fork that all witnesses cosigned", EvidenceErrors.Inconsistent, "log/riverside",
            (t, p) => p.Log(Riverside, log => Fork(t, log, [Lakeside, Registry])));
        yield return Resealed("a fork that all witnesses cosigned, without what others saw before", EvidenceErrors.Inconsistent, "log/lakeside",
            (t, p) => p.Log(Riverside, log => Fork(t, log, [Lakeside, Registry]) with { Histories = [] }));
    }

    private static IEnumerable<Tampered> Authorizations()
    {
        yield return Resealed("no start", EvidenceErrors.RunNotStarted, "log/registry", (_, p) => p.RemoveEntries<LedgerOperation.StartRun>(Registry));
        yield return Resealed("no log of the requester", EvidenceErrors.Inconsistent, "log/lakeside", (_, p) => p.Remove("log/registry"));
        yield return Resealed("another run", EvidenceErrors.RunNotStarted, "log/registry", (_, p) => p.Put("run", Other.ToArray()));
        yield return Told("a run that an owner opened", EvidenceErrors.RunNotStarted, "log/registry", Without("start", "start lakeside", Trial.Honest));
        yield return Resealed("no proposal", EvidenceErrors.NotProposed, "log/registry", (_, p) => p.RemoveEntries<LedgerOperation.Propose>(Registry));
        yield return Told("a proposal after the start", EvidenceErrors.NotProposed, "log/registry",
            ["approve lakeside", "approve riverside", "start", "propose", .. Trial.Honest[4..]]);
        yield return Told("a proposal with more uses", EvidenceErrors.NotProposed, "log/registry", Trial.Honest,
            o => o is LedgerOperation.Propose p ? p with { Uses = 9 } : o);
        yield return Told("a proposal without one of the owners", EvidenceErrors.NotProposed, "log/registry", Trial.Honest,
            o => o is LedgerOperation.Propose p ? p with { Datasets = [p.Datasets[0]] } : o);
        yield return Resealed("no grant", EvidenceErrors.GrantMissing, "log/riverside", (_, p) => p.RemoveEntries<LedgerOperation.Approve>(Riverside));
        yield return Told("a grant by another owner", EvidenceErrors.GrantMissing, "log/riverside", Without("approve riverside", "approve registry", Trial.Honest));
        yield return Told("a grant for another dataset", EvidenceErrors.OtherDataset, "log/riverside", Trial.Honest,
            o => o is LedgerOperation.Approve a && a.Author == Riverside ? a with { DatasetId = Other } : o);
        yield return Told("a grant for another version", EvidenceErrors.OtherDataset, "log/lakeside", Trial.Honest,
            o => o is LedgerOperation.Approve a && a.Author == Lakeside ? a with { Version = Other } : o);
        yield return Told("a grant after the start", EvidenceErrors.GrantAfterRun, "log/riverside",
            ["propose", "approve lakeside", "start", "approve riverside", .. Trial.Honest[4..]]);
        yield return Told("a start that had seen no grant", EvidenceErrors.GrantAfterRun, "log/lakeside", Trial.Honest,
            o => o is LedgerOperation.StartRun ? o with { Heads = [] } : o);
        yield return Told("an expired grant", EvidenceErrors.GrantExpired, "log/riverside", Trial.Honest,
            o => o is LedgerOperation.Approve a && a.Author == Riverside ? a with { Expires = a.Time.AddMilliseconds(1) } : o);
        yield return Told("an expired plan", EvidenceErrors.GrantExpired, "log/lakeside", [.. Trial.Honest[..3], "much later", .. Trial.Honest[3..]]);
        yield return Told("an expired plan and a requester that set its clock back", EvidenceErrors.GrantExpired, "log/lakeside",
            [.. Trial.Honest[..3], "much later", .. Trial.Honest[3..]],
            o => o is LedgerOperation.StartRun ? o with { Time = o.Time.AddDays(-3) } : o);
        yield return Told("a refused job", EvidenceErrors.GrantWithdrawn, "log/riverside", [.. Trial.Honest[..3], "refuse riverside", .. Trial.Honest[3..]]);
        yield return Told("a job taken back before the start", EvidenceErrors.GrantWithdrawn, "log/registry",
            [.. Trial.Honest[..3], "revoke registry", .. Trial.Honest[3..]]);
        yield return Told("a job taken back before an owner's spend", EvidenceErrors.GrantWithdrawn, "log/registry",
            [.. Trial.Honest[..5], "revoke registry", .. Trial.Honest[5..]]);
        yield return Told("a grant revoked before the start", EvidenceErrors.GrantWithdrawn, "log/riverside",
            [.. Trial.Honest[..3], "revoke riverside", .. Trial.Honest[3..]]);
        yield return Told("a grant revoked before its own spend", EvidenceErrors.GrantWithdrawn, "log/riverside",
            [.. Trial.Honest[..5], "revoke riverside", .. Trial.Honest[5..]]);
        yield return Told("a grant revoked before another owner's spend", EvidenceErrors.GrantWithdrawn, "log/lakeside",
            [.. Trial.Honest[..5], "revoke lakeside", .. Trial.Honest[5..]]);
    }

    private static IEnumerable<Tampered> Terms()
    {
        var honest = Trial.HonestTerms;
        yield return ToldWithTerms("no endorsement", EvidenceErrors.EndorsementMissing, "log/registry", [.. honest.Where(a => a != "endorse harbour")]);
        yield return ToldWithTerms("the requester's own endorsement", EvidenceErrors.EndorsementMissing, "log/registry", Without("endorse harbour", "endorse registry", honest));
        yield return ToldWithTerms("an owner's endorsement", EvidenceErrors.EndorsementMissing, "log/registry", Without("endorse harbour", "endorse riverside", honest));
        yield return ToldWithTerms("an endorsement of another plan", EvidenceErrors.EndorsementMissing, "log/registry", honest,
            o => o is LedgerOperation.Endorse ? o with { Job = Other } : o);
        yield return ToldWithTerms("an endorsement after the start", EvidenceErrors.EndorsementMissing, "log/registry",
            [.. honest[..5], "start", "endorse harbour", .. honest[7..]]);
        yield return ToldWithTerms("an expired endorsement", EvidenceErrors.EndorsementMissing, "log/registry", honest,
            o => o is LedgerOperation.Endorse e ? e with { Expires = e.Time.AddMilliseconds(1) } : o);
        yield return ToldWithTerms("an endorsement taken back before the start", EvidenceErrors.EndorsementMissing, "log/registry",
            [.. honest[..6], "revoke harbour", .. honest[6..]]);
        yield return ToldWithTerms("an endorsement taken back, then given again", EvidenceErrors.EndorsementMissing, "log/registry",
            [.. honest[..6], "revoke harbour", "endorse harbour", .. honest[6..]]);
        yield return ToldWithTerms("a proposal without its endorsers", EvidenceErrors.NotProposed, "log/registry", honest,
            o => o is LedgerOperation.Propose p ? p with { Terms = p.Terms! with { Endorsers = null } } : o);
        yield return ToldWithTerms("an algorithm that nobody registered", EvidenceErrors.AlgorithmNotApproved, "log/lakeside", honest[1..]);
        yield return ToldWithTerms("an algorithm of another content", EvidenceErrors.AlgorithmNotApproved, "log/lakeside", honest,
            o => o is LedgerOperation.RegisterAlgorithm r ? r with { Digest = Other } : o);
        yield return ToldWithTerms("another provider's algorithm", EvidenceErrors.AlgorithmNotApproved, "log/lakeside", Without("register lakeside", "register harbour", honest));
        yield return ToldWithTerms("an algorithm that may not be used", EvidenceErrors.AlgorithmNotApproved, "log/lakeside", [.. honest.Where(a => a != "allow lakeside")]);
        yield return ToldWithTerms("an algorithm withdrawn before the start", EvidenceErrors.AlgorithmNotApproved, "log/lakeside", [.. honest[..6], "withdraw lakeside", .. honest[6..]]);
        yield return ToldWithTerms("an algorithm with a newer version", EvidenceErrors.AlgorithmNotApproved, "log/lakeside", [.. honest[..6], "withdraw lakeside", .. honest[6..]],
            o => o is LedgerOperation.RegisterAlgorithm { Version: 2 } r ? r with { Digest = Other } : o);
    }

    private static Tampered ToldWithTerms(
        string name, ErrorCode code, string part, IEnumerable<string> acts, Func<LedgerOperation, LedgerOperation>? change = null) =>
        Row(name, code, part, async () =>
        {
            await using var trial = await Trial.OfAsync(acts, change, terms: true);
            return trial.Export();
        });

    private static IEnumerable<Tampered> Quota()
    {
        yield return Told("a run opened twice", EvidenceErrors.UsesExceeded, "log/registry", [.. Trial.Honest[..4], "start", .. Trial.Honest[4..]]);
        yield return Told("two uses for one run", EvidenceErrors.UsesExceeded, "log/riverside", [.. Trial.Honest[..6], "spend riverside", .. Trial.Honest[6..]]);
        yield return Resealed("no spend", EvidenceErrors.SpendMissing, "log/riverside", (_, p) => p.RemoveEntries<LedgerOperation.Spend>(Riverside));
        yield return Told("a spend on another run", EvidenceErrors.SpendMissing, "log/riverside", Trial.Honest,
            o => o is LedgerOperation.Spend s && s.Author == Riverside ? s with { Run = Other } : o);
        yield return Told("a spend of another dataset", EvidenceErrors.OtherDataset, "log/riverside", Trial.Honest,
            o => o is LedgerOperation.Spend s && s.Author == Riverside ? s with { DatasetId = Other } : o);
        yield return Told("a use beyond the plan's", EvidenceErrors.UsesExceeded, "log/riverside", Trial.Honest,
            o => o is LedgerOperation.Spend s && s.Author == Riverside ? s with { Use = 3 } : o);
        yield return Told("a use beyond what the other owner gave", EvidenceErrors.UsesExceeded, "log/riverside", Trial.Honest, o => o switch
        {
            LedgerOperation.Approve a when a.Author == Lakeside => a with { Uses = 1 },
            LedgerOperation.Spend s when s.Author == Riverside => s with { Use = 2 },
            _ => o,
        });
        yield return Told("a spend before the start", EvidenceErrors.SpendOutOfOrder, "log/riverside",
            ["propose", "approve lakeside", "approve riverside", "spend riverside", "start", "spend lakeside", .. Trial.Honest[6..]]);
        yield return Told("a spend that had not seen the start", EvidenceErrors.SpendOutOfOrder, "log/riverside", Trial.Honest,
            o => o is LedgerOperation.Spend && o.Author == Riverside ? o with { Heads = [] } : o);
        yield return Told("a spend after the first commit", EvidenceErrors.SpendOutOfOrder, "log/lakeside",
            [.. Trial.Honest[..5], "commit lakeside", "spend riverside", .. Trial.Honest[7..]]);
        yield return Told("a commit that had not seen a spend", EvidenceErrors.SpendOutOfOrder, "log/registry", Trial.Honest,
            o => o is LedgerOperation.Commit && o.Author == Registry ? o with { Heads = [.. o.Heads.Where(h => h.Party != Riverside)] } : o);
    }

    private static IEnumerable<Tampered> Binding()
    {
        var plans = new (string Field, Func<Plan, Plan> Change)[]
        {
            ("nonce", p => p with { Nonce = Other }),
            ("protocol", p => p with { Protocol = "psi-ecdh/2" }),
            ("question", p => p with { Question = new IntersectionQuestion(KeyRule.Default with { Trim = false }) }),
            ("purpose", p => p with { Purpose = "marketing" }),
            ("requester", p => p with { Requester = Lakeside }),
            ("inputs", p => p with { Inputs = [p.Inputs[0]] }),
            ("owner", p => p with { Inputs = [p.Inputs[0], p.Inputs[1] with { Owner = PartyId.Parse("upstream") }] }),
            ("dataset's name", p => Input(p, i => i with { Dataset = "others" })),
            ("dataset", p => Input(p, i => i with { DatasetId = Other })),
            ("version", p => Input(p, i => i with { Version = Other })),
            ("row band", p => Input(p, i => i with { RowBand = 5 })),
            ("columns", p => Input(p, i => i with { Columns = [.. i.Columns, new ColumnSchema("illness", ColumnType.Text, 0)] })),
            ("key", p => Input(p, i => i with { Key = [] })),
            ("receivers", p => p with { Receivers = [Lakeside, Registry] }),
            ("creation", p => p with { Created = p.Created.AddSeconds(1) }),
            ("expiry", p => p with { Expires = p.Expires.AddYears(1) }),
            ("uses", p => p with { Uses = 1000 }),
            ("run limit", p => p with { RunLimit = TimeSpan.FromDays(1) }),
        };
        foreach (var (field, change) in plans)
            yield return Resealed($"a plan with another {field}", EvidenceErrors.OtherPlan, "log/lakeside", (_, p) => p.Plan(change));
        yield return Resealed("a plan of another consortium", EvidenceErrors.OtherPlan, "plan", (_, p) => p.Plan(plan => plan with { Consortium = "other" }));
        yield return Row("an entry on another plan", EvidenceErrors.OtherPlan, "log/riverside", async () =>
        {
            await using var trial = await Trial.OfAsync(Trial.Honest);
            await trial.TellAsync(["revoke riverside"], o => o with { Job = Other });
            return trial.Reseal(p => p.Log(Riverside, log => log with
            {
                Entries = [.. log.Entries, new ProvenEntry(
                    trial.Ledgers[Registry].LogOf(Riverside).ReadEntries(log.Checkpoint.Size - 1, log.Checkpoint.Size)[0],
                    trial.Ledgers[Registry].LogOf(Riverside).ProveInclusion(log.Checkpoint.Size - 1, log.Checkpoint.Size))],
            }));
        });

        yield return Resealed("another receipt than committed to", EvidenceErrors.ReceiptMismatch, "receipt/riverside",
            (_, p) => p.Receipt(Riverside, r => r with { Software = "collab 9" }));
        yield return Resealed("a receipt with a seed that was not committed to", EvidenceErrors.ReceiptMismatch, "receipt/riverside",
            (_, p) => p.Receipt(Riverside, r => r with { Replay = new CommitmentReference(1, Other) }));
        yield return Resealed("receipts swapped", EvidenceErrors.ReceiptMismatch, "receipt/lakeside", (_, p) =>
        {
            var (one, other) = (p["receipt/lakeside"].ToArray(), p["receipt/riverside"].ToArray());
            p.Put("receipt/lakeside", other);
            p.Put("receipt/riverside", one);
        });
        yield return Resealed("no receipt", EvidenceErrors.ReceiptMismatch, "receipt/riverside", (_, p) => p.Remove("receipt/riverside"));
        yield return Resealed("no commit", EvidenceErrors.ReceiptMismatch, "receipt/riverside", (_, p) => p.RemoveEntries<LedgerOperation.Commit>(Riverside));
        yield return Resealed("neither commit nor receipt", EvidenceErrors.ReceiptMismatch, "receipt/riverside", (_, p) =>
        {
            p.Remove("receipt/riverside");
            p.RemoveEntries<LedgerOperation.Commit>(Riverside);
        });
        yield return Row("a receipt of a party that takes no part", EvidenceErrors.ReceiptMismatch, "receipt/registry", async () =>
        {
            await using var trial = await Trial.OfAsync([.. Trial.Honest.Where(act => act != "commit registry")], receivers: [Lakeside]);
            return trial.Reseal(p => p.Add("receipt/registry", p["receipt/lakeside"].ToArray()));
        });
        yield return Row("a receipt in another's name", EvidenceErrors.ReceiptMismatch, "receipt/riverside", async () =>
        {
            var receipt = new Dictionary<PartyId, Receipt>();
            await using var trial = await Trial.OfAsync(Trial.Honest, changeReceipt: r =>
                receipt[r.Party] = r.Party == Riverside ? r with { Party = Lakeside } : r);
            return trial.Reseal(p =>
            {
                p.Remove("receipt/lakeside");
                p.Add("receipt/lakeside", receipt[Lakeside].Encode());
                p.Add("receipt/riverside", receipt[Riverside].Encode());
            }, keepReceiptsOf: [Registry, Lakeside]);
        });
        yield return Told("a receipt of another run", EvidenceErrors.ReceiptMismatch, "receipt/riverside", Trial.Honest,
            changeReceipt: r => r.Party == Riverside ? r with { Run = Other } : r);
        yield return Told("a receipt of another plan", EvidenceErrors.ReceiptMismatch, "receipt/riverside", Trial.Honest,
            changeReceipt: r => r.Party == Riverside ? r with { Job = Other } : r);
        yield return Told("a seed where the plan keeps no replay", EvidenceErrors.ReceiptMismatch, "receipt/riverside", Trial.Honest,
            changeReceipt: r => r.Party == Riverside ? r with { Replay = new CommitmentReference(1, Other) } : r);
        yield return Told("rows of another version", EvidenceErrors.OtherDataset, "receipt/riverside", Trial.Honest,
            changeReceipt: r => r.Party == Riverside ? r with { Snapshot = r.Snapshot! with { Version = Other } } : r);
        yield return Told("rows of a party that brings none", EvidenceErrors.OtherDataset, "receipt/registry", Trial.Honest,
            changeReceipt: r => r.Party == Registry ? r with { Snapshot = new SnapshotReference(Other, Other, Other) } : r);
        yield return Told("no rows of an owner", EvidenceErrors.OtherDataset, "receipt/lakeside", Trial.Honest,
            changeReceipt: r => r.Party == Lakeside ? r with { Snapshot = null } : r);
    }

    private static IEnumerable<Tampered> Transcripts()
    {
        var lines = new (string What, Func<IReadOnlyList<ChannelDigest>, IReadOnlyList<ChannelDigest>> Change)[]
        {
            ("another hash", l => [l[0] with { Value = Other }, .. l.Skip(1)]),
            ("a message more", l => [l[0] with { Messages = l[0].Messages + 1 }, .. l.Skip(1)]),
            ("a byte less", l => [l[0] with { Bytes = l[0].Bytes - 1 }, .. l.Skip(1)]),
            ("a channel less", l => [l[0]]),
            ("a channel twice", l => [l[0], .. l]),
            ("channels in another order", l => [.. l.Reverse()]),
        };
        foreach (var (what, change) in lines)
        {
            yield return Told($"sent: {what}", EvidenceErrors.TranscriptMismatch, "receipt/riverside", Trial.Honest,
                changeReceipt: r => r.Party == Riverside ? Talk(r, Registry, c => c with { Sent = change(c.Sent) }) : r);
            yield return Told($"received: {what}", EvidenceErrors.TranscriptMismatch, "receipt/registry", Trial.Honest,
                changeReceipt: r => r.Party == Riverside ? Talk(r, Registry, c => c with { Received = change(c.Received) }) : r);
        }

        yield return Told("a peer that is not named", EvidenceErrors.TranscriptMismatch, "receipt/lakeside", Trial.Honest,
            changeReceipt: r => r.Party == Riverside ? r with { Conversations = [r.Conversations[1]] } : r);
        yield return Told("a peer that takes no part", EvidenceErrors.TranscriptMismatch, "receipt/riverside", Trial.Honest,
            changeReceipt: r => r.Party == Riverside ? r with { Conversations = [new Conversation(Trial.Harbour, [], []), .. r.Conversations] } : r);
        yield return Told("a result for a party that is no receiver", EvidenceErrors.ReceiverMismatch, "receipt/lakeside", Trial.Honest,
            changeReceipt: r => r.Party == Lakeside ? r with { Result = new CommitmentReference(1, Other) } : r);
        yield return Told("a receiver without a result", EvidenceErrors.ReceiverMismatch, "receipt/registry", Trial.Honest,
            changeReceipt: r => r with { Result = null });
    }

    private static Tampered Row(string name, ErrorCode code, string part, Func<Task<byte[]>> make) =>
        new(name, code, part, async () => (await make(), null));

    private static Tampered Resealed(string name, ErrorCode code, string part, Action<Trial, Parts> change) => Row(name, code, part, async () =>
    {
        var trial = await HonestRun.TrialAsync();
        return trial.Reseal(parts => change(trial, parts));
    });

    private static Tampered Told(
        string name, ErrorCode code, string part, IEnumerable<string> acts,
        Func<LedgerOperation, LedgerOperation>? change = null, Func<Receipt, Receipt>? changeReceipt = null) =>
        Row(name, code, part, async () =>
        {
            await using var trial = await Trial.OfAsync(acts, change, changeReceipt);
            return trial.Export();
        });

    private static IEnumerable<string> Without(string act, string instead, string[] acts) => acts.Select(a => a == act ? instead : a);

    private static Plan Input(Plan plan, Func<PlanInput, PlanInput> change) => plan with { Inputs = [plan.Inputs[0], change(plan.Inputs[1])] };

    private static Receipt Talk(Receipt receipt, PartyId peer, Func<Conversation, Conversation> change) =>
        receipt with { Conversations = [.. receipt.Conversations.Select(c => c.Peer == peer ? change(c) : c)] };

    private static LedgerOperation.Approve Grant(LogExtract log, int at) =>
        (LedgerOperation.Approve)SignedOperation.Decode(log.Entries[at].Entry.Span).Operation;

    // Riverside's second history: the same entries, but for a grant of one use fewer.
    private static LogExtract Fork(Trial trial, LogExtract log, PartyId[] colluding)
    {
        var entries = log.Entries.Select(e => e.Entry).ToList();
        entries[0] = SignedOperation.Sign(Grant(log, 0) with { Uses = 1 }, trial.LogKeys[Riverside]).Encode();
        var tree = new MemoryTree();
        foreach (var entry in entries) tree.Add(entry.Span);
        var checkpoint = SignedCheckpoint.Sign(new Checkpoint(Trial.OriginOf(Riverside), tree.Size, tree.Root), trial.LogSigner(Riverside));
        return new LogExtract(
            colluding.Aggregate(checkpoint, (c, witness) => c.CosignedBy(trial.WitnessSigner(witness))),
            [.. entries.Select((e, i) => new ProvenEntry(e, tree.ProveInclusion(i, tree.Size)))],
            log.Histories);
    }

    private static byte[] SealedTable(Trial trial, Action<CanonicalWriter> lines)
    {
        var parts = EvidenceBundle.Read(trial.Export()).Parts;
        var table = new CanonicalWriter().Party(Registry).Time(trial.Clock.GetUtcNow()).Text("collab");
        lines(table);
        var head = new CanonicalWriter().Bytes(table.Written)
            .Bytes(trial.LogKeys[Registry].Sign(Digest.Of("collab.evidence.v1", table.Written).ToArray()));
        return [.. EvidenceBundle.Magic, .. head.Written, .. parts.SelectMany(p => p.Content.ToArray())];
    }
}
