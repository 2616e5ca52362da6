using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Unbalanced;

namespace Collab.Engine.Planning;

/// <content>A few keys against many that one owner prepares.</content>
internal abstract partial record IntersectionProtocol
{
    private sealed record Unbalanced() : IntersectionProtocol(UnbalancedName, ProtocolChoice.Unbalanced)
    {
        // As of VOLE: the size of labels is known to the owner of the columns alone before the run.
        private const int AssumedLabel = 32;

        public override Bilingual Merit => new(
            "an oblivious function and homomorphic encryption: fewest bytes for a few keys against many", "不经意伪随机函数与同态加密：少量键对大量键时传输最少");

        // With fewer it is never the fastest, and the search of its parameters is spared.
        private const int LeastRatio = 100;

        public override bool Does(IntersectionQuestion question, SecurityModel security, int parties) =>
            parties == 2 && security == SecurityModel.SemiHonest && question.Choice is (ProtocolChoice.Unbalanced or ProtocolChoice.Automatic)
            && question.Reveal is (Reveal.Rows or Reveal.Join);

        // Unasked only where the requester said how many keys there are, and no lists that the row bands allow are refused in the run.
        public override bool Suits(IntersectionQuestion question, IntersectionSizes sizes) => sizes.Receivers == 1
            && (question.Choice == ProtocolChoice.Unbalanced
                || (sizes.AreSaid && sizes.Sender / LeastRatio >= sizes.Receiver
                    && sizes.MostOfReceiver <= UnbalancedParameters.LargestReceiver && sizes.MostOfSender <= UnbalancedParameters.LargestSender));

        public override IntersectionCost CostOf(IntersectionQuestion question, SecurityModel security, IntersectionSizes sizes)
        {
            var receiver = (int)Math.Min(Padded(sizes.Receiver), UnbalancedParameters.LargestReceiver);
            var sender = (int)Math.Min(Padded(sizes.Sender), UnbalancedParameters.LargestSender);
            var parameters = UnbalancedSearch.Find(receiver, sender, question.Reveal is Reveal.Join ? AssumedLabel : 0);
            var cost = UnbalancedCost.Of(parameters);
            const int sizesBytes = 2 * 8;
            var messages = 2 + 4 + ((long)parameters.Tables * (parameters.Places - 1 + parameters.Bundles));
            return new(messages, cost.ToReceiver + cost.ToSender + sizesBytes, CostRates.Unbalanced, sizes, Overlaps: false);
        }

        public override IEnumerable<Bilingual> Sends(IntersectionQuestion question, Plan plan, PartyId party, string keys)
        {
            if (plan.Receivers[0] == party)
            {
                yield return new($"its keys, blinded, and encrypted points: at most {keys}, and as many random ones as make their number a power of two", $"盲化的键与加密的点：至多 {keys} 个，并以随机值补足到 2 的幂");
            }
            else
            {
                yield return new($"answers computed on the encrypted points from its keys, of which there are at most {keys}", $"基于其键（至多 {keys} 个）在加密点上计算的应答");
                if (question.Reveal is Reveal.Join join)
                    yield return new($"in them {string.Join(", ", join.Columns)}, readable for shared keys only", $"其中含 {string.Join("、", join.Columns)}，仅共有的键可读");
            }
        }

        public override IEnumerable<Bilingual> Notes(IntersectionQuestion question, Plan plan)
        {
            yield return new(
                "Numbers of keys are seen rounded up to the next power of two. A false match has a chance of at most 2^-40 a run.",
                "键的数量以向上取整到 2 的幂的形式可见。每次运行出现误匹配的概率至多 2^-40。");
            if (plan.Uses > 1)
                yield return new("What the owner of the many keys prepares is kept, sealed, between the runs; only what changed is prepared anew.", "拥有大量键的一方将预处理内容加密保留，后续运行只处理变化的部分。");
        }

        private static long Padded(long count) => (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, count));
    }
}
