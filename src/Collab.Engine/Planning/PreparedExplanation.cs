using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>What of a run's triples comes from what the two parties made ahead, at this node, as of now (protocols/specs/preprocessing.md).</summary>
internal static class PreparedExplanation
{
    /// <summary>The notes of a plan: one where two parties compute without a dealer and this one is one of them, else none.</summary>
    public static IEnumerable<Bilingual> NotesOn(Plan plan, PartyId self, PreparedFolder? prepared)
    {
        if (prepared is null || plan.Replay || plan.Question is not ComputationQuestion question) yield break;
        var program = ComputationPlanner.ProgramOf(plan, question);
        if (ComputationPlanner.PeerOf(plan, program, self) is not { } peer) yield break;
        var (products, conjunctions) = program.Describe(plan.Security).Triples;
        var stock = prepared.StockWith(peer);
        if (stock == default)
        {
            yield return new(
                $"At most about {products} products and {conjunctions} conjunctions of bits are made during the run; {self} and {peer} have made none ahead ('collab node prepare').",
                $"运行中至多约需 {products} 次乘法和 {conjunctions} 次位与，均在线生成；{self} 与 {peer} 未预先生成（'collab node prepare'）。");
            yield break;
        }

        yield return new(
            $"From store, made ahead by {self} and {peer}: {Math.Min(products, stock.Products)} of at most about {products} products, {Math.Min(conjunctions, stock.Conjunctions)} of {conjunctions} conjunctions of bits; the rest is made during the run. Left afterwards, at least about: {Math.Max(0, stock.Products - products)} and {Math.Max(0, stock.Conjunctions - conjunctions)}, less what is begun of a unit.",
            $"取自 {self} 与 {peer} 预先生成的存量：乘法至多约 {products} 次中的 {Math.Min(products, stock.Products)} 次，位与 {conjunctions} 次中的 {Math.Min(conjunctions, stock.Conjunctions)} 次；其余在线生成。运行后至少约剩 {Math.Max(0, stock.Products - products)} 与 {Math.Max(0, stock.Conjunctions - conjunctions)}，已启用单元的余数除外。");
    }
}
