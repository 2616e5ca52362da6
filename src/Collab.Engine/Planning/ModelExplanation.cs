using Collab.Engine.Models;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>What a training and a prediction do, said before anyone approves them (protocols/specs/train.md, predict.md).</summary>
internal static class ModelExplanation
{
    // By the benchmark with three pieces, TLS, all parties' processors (protocols/specs/train-linear.md, train-trees.md, "Cost").
    private const double LinearPairSeconds = 24e-6, LinearPairBytes = 1200;   // a row, column and epoch
    private const double LinearSeconds = 74e-6, LinearBytes = 1050;           // a row and epoch, three parties
    private const double SmoothFactor = 6;                                    // the smooth sigmoid beside three pieces
    private const double TreeSeconds = 2e-6, TreeBytes = 93;                  // a row, column of other owners and tree
    private const double HiddenSeconds = 5e-9, HiddenPairSeconds = 3e-7, HiddenPairBytes = 25; // a row, bin and leaf of each tree; by the bench of 10,000 x 20 x 16, and of 500 x 20 x 16 of two
    private const int RoundsOfStep = 35;

    /// <summary>A training.</summary>
    public static Explanation Of(Plan plan, TrainingQuestion question)
    {
        var (owners, label) = (string.Join(", ", plan.Owners), question.Label.Of);
        var isOfTrees = question.Model.Form == ModelForm.Trees;
        var (bytes, seconds, messages) = CostOf(plan, question);
        return new(
            plan.Digest,
            new(
                $"Train {Named(question.Model).English} for '{question.Label.Column}' of {label} on {question.Features.Count} columns of {owners}.",
                $"以 {owners} 的 {question.Features.Count} 列，针对 {label} 的“{question.Label.Column}”训练{Named(question.Model).Chinese}。"),
            new(
                isOfTrees
                    ? $"Honest but curious parties; the other owners may collude with each other, {label} with none of them."
                    : plan.Owners.Count == 2 ? "Honest but curious, each of the two against the other." : "Honest but curious; no two of the three collude.",
                isOfTrees
                    ? $"半诚实模型；其他数据方之间可合谋，{label} 不与其任何一方合谋。"
                    : plan.Owners.Count == 2 ? "半诚实模型，两方互不信任。" : "半诚实模型；三方中任意两方不合谋。"),
            [
                new(
                    "Rows are put side by side by private set intersection: every owner learns which of its own keys all the others have, and how many these are.",
                    "各行以隐私求交对齐：每个数据方得知自己哪些键为其余各方共有，以及其数量。"),
                Kept(question),
                question.SkipsMissing
                    ? new("A row without one of its values is left out by its owner before the intersection.", "缺值的行在求交之前即由其数据方略去。")
                    : isOfTrees ? new("A missing value counts as a value of its own; a missing label ends the job.", "缺值作为单独取值；缺少标签使作业终止。")
                    : new("A row without one of its values ends the job.", "缺值的行使作业终止。"),
                new(
                    $"With fewer than {question.MinimumRows} rows to train on nothing is trained.", $"可用于训练的行不足 {question.MinimumRows} 时不训练。"),
                .. Made(plan, question),
                Held(question),
                new(
                    "A model is made of its rows and nothing here is differentially private: who trains twice on data that differ in a row learns of that row. Limit uses.",
                    "模型由各行得出，此处不含差分隐私：两次训练的数据若仅差一行，其差异即涉及该行。应限制使用次数。"),
            ],
            [
                .. plan.Owners.Select(owner => new PartyExplanation(owner, [.. Explanation.Reads(plan, owner), .. Sends(isOfTrees, owner == label)], [.. Learns(plan, question, owner)])),
                .. Explanation.Bystanders(plan),
            ],
            new(messages, bytes, CostRates.NodeMemory + (long)(RowsOf(plan) * (question.Features.Count + 4) * 40), seconds + WaitOf(plan), AreUpperBounds: true));
    }

    /// <summary>A training on rows side by side.</summary>
    public static Explanation Of(Plan plan, RowTrainingQuestion question)
    {
        if (question.Model is ModelChoice.Network network) return OfNetwork(plan, question, network);
        var trees = (ModelChoice.Trees)question.Model;
        var (owners, others) = (string.Join(", ", plan.Owners), plan.Owners.Count - 1);
        long cells = (long)trees.Count * (1L << (trees.Depth - 1)) * question.Features.Count * (trees.Bins + 1) * 2;
        return new(
            plan.Digest,
            new(
                $"Train {Named(question.Model).English} for '{question.Label}' on the rows of {owners}, {question.Features.Count} columns.",
                $"以 {owners} 的各行、{question.Features.Count} 列，针对“{question.Label}”训练{Named(question.Model).Chinese}。"),
            new("Honest but curious; the owners may collude.", "半诚实模型；各数据方可合谋。"),
            [
                new("Bins follow from the ranges and levels that the plan declares, so that they tell nothing of any rows.", "分箱仅由计划声明的范围与水平决定，不透露任何行的信息。"),
                others == 1
                    ? new("With two owners each learns the other's histograms: the totals less its own.", "只有两方时，每一方可由合计减去自身得知对方的直方图。")
                    : new("All but one of the owners together learn the last one's histograms.", "除一方外的所有数据方合起来可得知最后一方的直方图。"),
                new("Every owner gets the whole model, and may use, export and show it.", "每个数据方得到整个模型，可使用、导出和展示。"),
                question.SkipsMissing
                    ? new("A row without a label is left out; a missing feature counts as a value of its own.", "缺少标签的行略去；缺少的特征作为单独取值。")
                    : new("A row without a label ends the job; a missing feature counts as a value of its own.", "缺少标签的行使作业终止；缺少的特征作为单独取值。"),
            ],
            [
                .. plan.Owners.Select(owner => new PartyExplanation(
                    owner, [.. Explanation.Reads(plan, owner), new("random shares of its histograms, never a row", "其直方图的随机份额，绝不含任何行")],
                    [
                        new("for every node: sums of gradients in each bin of each column, over all rows together", "每个节点上、每列各箱在所有行上的梯度和"),
                        new("how many rows there are together, and the mean and variance of the labels", "总行数以及标签的均值与方差"),
                        new("the whole model", "整个模型"),
                    ])),
                .. Explanation.Bystanders(plan),
            ],
            new(
                (long)plan.Owners.Count * others * 4 * trees.Count * trees.Depth, cells * 32 * 2 * plan.Owners.Count * others, CostRates.NodeMemory + (cells * 64),
                WaitOf(plan) + (cells * 1e-6), AreUpperBounds: true));
    }

    /// <summary>A network by federated averaging.</summary>
    private static Explanation OfNetwork(Plan plan, RowTrainingQuestion question, ModelChoice.Network network)
    {
        var (owners, averaging, parameters) = (string.Join(", ", plan.Owners), plan.Receivers[0], (network.Hidden * (long)(NetworkInputs.CountOf(question) + 2)) + 1);
        var epsilon = network.Privacy is { } told ? ((double)told.Epsilon / ModelChoice.Unit).ToString(System.Globalization.CultureInfo.InvariantCulture) : "";
        return new(
            plan.Digest,
            new(
                $"Train {Named(network).English} for '{question.Label}' on the rows of {owners}, {question.Features.Count} columns.",
                $"以 {owners} 的各行、{question.Features.Count} 列，针对“{question.Label}”训练{Named(network).Chinese}。"),
            new($"Honest but curious; {averaging} and fewer than half of the owners may collude.", $"半诚实模型；{averaging} 与不到半数的数据方可合谋。"),
            [
                new("Inputs follow from the ranges and levels that the plan declares.", "输入仅由计划声明的范围与水平决定。"),
                new("Every owner and the receiver get the whole network, and may use, export and show it.", "每个数据方与接收方均得到整个网络，可使用、导出和展示。"),
                network.Privacy is not { } privacy
                    ? new("Nothing here is differentially private: the network of every round tells something of the rows.", "此处不含差分隐私：每轮的网络均透露有关各行的信息。")
                    : new(
                        $"Differentially private for {(privacy.HidesOwners ? "an owner with all of its rows" : "a row")}: all rounds together cost at most ε = {epsilon} with δ = 10^-{privacy.DeltaDigits}, while more than half of the owners add their noise.",
                        $"对{(privacy.HidesOwners ? "任一数据方的全部行" : "任一行")}满足差分隐私：全部轮次合计 ε ≤ {epsilon}，δ = 10^-{privacy.DeltaDigits}，前提是过半数据方加入噪声。"),
            ],
            [
                .. plan.Owners.Select(owner => new PartyExplanation(
                    owner, [.. Explanation.Reads(plan, owner), new("in every round its masked change of the network, never a row", "每轮其网络变化的掩码值，绝不含任何行")],
                    [new("the network of every round", "每轮的网络")])),
                new(
                    averaging, [new("the network of every round, to all owners", "向所有数据方发送每轮的网络")],
                    [
                        network.Privacy is null
                            ? new("in every round the sum of all changes and of all numbers of rows", "每轮所有变化之和与行数之和")
                            : new("in every round the sum of all clipped changes, with noise", "每轮裁剪后变化之和（加噪）"),
                    ]),
                .. Explanation.Bystanders(plan),
            ],
            new(
                (long)network.Rounds * plan.Owners.Count * 6, network.Rounds * plan.Owners.Count * ((parameters * 16) + (plan.Owners.Count * 300)), CostRates.NodeMemory,
                WaitOf(plan) + (network.Rounds * (0.05 + (plan.Inputs.Max(IntersectionSizes.MostRows) * (double)network.Passes * parameters * 4e-9))), AreUpperBounds: true));
    }

    /// <summary>A clustering.</summary>
    public static Explanation Of(Plan plan, ClusterQuestion question)
    {
        var (rows, work) = (RowsOf(plan), RowsOf(plan) * question.Features.Count * question.Clusters * question.Iterations);
        return new(
            plan.Digest,
            new(
                $"Into which {question.Clusters} clusters do the rows that {string.Join(", ", plan.Owners)} have in common fall, by {question.Features.Count} columns?",
                $"按 {question.Features.Count} 列，{string.Join(", ", plan.Owners)} 的共有行分为哪 {question.Clusters} 个簇？"),
            plan.Owners.Count == 2
                ? new("Honest but curious, each of the two against the other.", "半诚实模型，两方互不信任。")
                : new("Honest but curious; no two of the three collude.", "半诚实模型；三方中任意两方不合谋。"),
            [
                new(
                    "Rows are put side by side by private set intersection: every owner learns which of its own keys all the others have, and how many these are.",
                    "各行以隐私求交对齐：每个数据方得知自己哪些键为其余各方共有，以及其数量。"),
                new(
                    $"Which row is in which cluster stays shared; of a cluster of fewer than {question.MinimumSize} rows nothing is told. {question.Iterations} passes, whether centres still move or not, from rows that the job's digest names.",
                    $"每行属于哪个簇保持秘密分享；不足 {question.MinimumSize} 行的簇不公布任何内容。迭代 {question.Iterations} 次，起点为作业摘要指定的行。"),
            ],
            [
                .. plan.Owners.Select(owner => new PartyExplanation(
                    owner,
                    [.. Explanation.Reads(plan, owner), new("random shares of its standardized columns; to receivers the mean and deviation of each over the rows that match", "其标准化列的随机份额；向接收方给出各列在匹配行上的均值与标准差")],
                    [
                        new("which of its keys all the others have", "自己哪些键为其余各方共有"),
                        .. plan.Receivers.Contains(owner)
                            ? [new($"the centres of the clusters{(question.TellsSizes ? " and their sizes" : "")}, and the others' means and deviations", $"各簇中心{(question.TellsSizes ? "与大小" : "")}，以及其他方各列的均值与标准差")]
                            : Array.Empty<Bilingual>(),
                    ])),
                .. Explanation.Bystanders(plan),
            ],
            new(
                (long)question.Iterations * 150 * plan.Owners.Count, (long)(rows * question.Clusters * question.Iterations * (plan.Owners.Count == 2 ? 2_000 : 400)),
                CostRates.NodeMemory + (long)(rows * (question.Features.Count + question.Clusters) * 60), WaitOf(plan) + (work * (plan.Owners.Count == 2 ? 2e-5 : 4e-7)), AreUpperBounds: true));
    }

    /// <summary>A prediction by one party that has the whole model.</summary>
    private static Explanation OfAlone(Plan plan, PredictionQuestion question) => new(
        plan.Digest,
        new($"What does model {question.Model.Short} say of the rows of {question.LabelOwner}?", $"模型 {question.Model.Short} 对 {question.LabelOwner} 的各行给出何种预测？"),
        new("Nobody else takes part.", "无其他方参与。"),
        [],
        [new(question.LabelOwner, [.. Explanation.Reads(plan, question.LabelOwner)], [new("the prediction of every row", "每一行的预测值")]), .. Explanation.Bystanders(plan)],
        new(0, 0, CostRates.NodeMemory, CostRates.JobWait, AreUpperBounds: true));

    /// <summary>A prediction.</summary>
    public static Explanation Of(Plan plan, PredictionQuestion question)
    {
        if (question.IsAlone) return OfAlone(plan, question);
        var (label, others) = (question.LabelOwner, string.Join(", ", plan.Owners.Where(owner => owner != question.LabelOwner)));
        return new(
            plan.Digest,
            new(
                $"What does model {question.Model.Short} say of the rows of {label} whose keys {others} have too?",
                $"模型 {question.Model.Short} 对 {label} 与 {others} 键相同的各行给出何种预测？"),
            new("Honest but curious: nothing here checks that a party brings its true rows or its true part.", "半诚实模型：不检验任何一方的数据或模型部分是否真实。"),
            [
                .. question.Stands
                    ? [new Bilingual("Each run takes the datasets as they are registered then: every use buys the predictions of rows that come later.", "每次运行使用当时登记的数据集：每次使用可预测之后出现的行。")]
                    : Array.Empty<Bilingual>(),
                new(
                    "Rows are put side by side by private set intersection: every owner learns which of its own keys all the others have.",
                    "各行以隐私求交对齐：每个数据方得知自己哪些键为其余各方共有。"),
                question.Form == ModelForm.Trees
                    ? new($"{label} learns of every row on which side of each split of the others it is, by the split's number.", $"{label} 得知每一行位于其他方每个分裂的哪一侧（仅按分裂编号）。")
                    : question.Form == ModelForm.HiddenTrees ? new("Trees, splits and the way of every row through them stay shared; the prediction alone is opened.", "树、分裂及每行的路径均保持秘密分享，仅公开预测值。")
                    : new(
                        $"The scores of the parts are added up on shares and only the sum is opened, to {label}. Of two owners that sum tells {label} the other part's score; from many predictions it learns the other's weights times its columns.",
                        $"各部分得分在份额上相加，仅向 {label} 公开其和。只有两方时，该和即告知另一部分的得分；多次预测可推知对方的加权列。"),
            ],
            [
                .. plan.Owners.Select(owner => new PartyExplanation(
                    owner, [.. Explanation.Reads(plan, owner), question.Form == ModelForm.Trees && owner != label ? new("a bit for each row and split of its own", "其每个分裂对每一行的一个比特") : new("random shares", "随机份额")],
                    owner == label ? [new("the prediction of every row that all have", "所有共有行的预测值")] : [new("how many rows match, and no prediction", "仅知匹配行数，不知任何预测值")])),
                .. Explanation.Bystanders(plan),
            ],
            new(
                20 * plan.Owners.Count, (long)(RowsOf(plan) * 60 * plan.Owners.Count), CostRates.NodeMemory + (long)(RowsOf(plan) * (question.Features.Count + 4) * 16),
                WaitOf(plan), AreUpperBounds: true));
    }

    private static Bilingual Kept(TrainingQuestion question) => question.TestPercent == 0
        ? new("All of these rows are trained on.", "全部匹配行均用于训练。")
        : new(
            $"Of 100 rows {question.TestPercent} are kept from training, the same at all owners: the last in an order that the job's digest gives.",
            $"每 100 行留出 {question.TestPercent} 行不用于训练，各方相同：即按作业摘要所定次序的最后若干行。");

    private static IEnumerable<Bilingual> Made(Plan plan, TrainingQuestion question)
    {
        if (question.Recipes.Count == 0) yield break;
        yield return new(
            $"{string.Join(", ", question.Recipes.Select(recipe => recipe.Of))} first makes features of its columns by the recipe in the plan, fitted on the rows of training; the fitted recipe stays with its part.",
            $"{string.Join("、", question.Recipes.Select(recipe => recipe.Of))} 先按计划中的配方由其列制作特征，仅以训练行拟合；拟合后的配方随其模型部分保存。");
        var label = question.Label.Of;
        string[] counted = [.. question.Recipes.Where(recipe => recipe.Of != label && RecipePlanner.WantsLabels(recipe)).Select(recipe => recipe.Of.Name)];
        if (counted.Length > 0)
            yield return new(
                $"For weights of evidence {string.Join(", ", counted)} learns how many rows of its bins have each label of {label}, of groups with at least {question.LeastOfEach} of each, and which have fewer; {label} learns only how many bins there are.",
                $"为计算证据权重，{string.Join("、", counted)} 得知其各箱中 {label} 两种标签各有多少行（仅限每种不少于 {question.LeastOfEach} 的组），以及哪些组不足；{label} 仅知箱数。");
    }

    private static Bilingual Held(TrainingQuestion question) => question.WholeTo.Count == 0
        ? new(
            "Each owner keeps its own part of the model, encrypted at its node; nobody has the whole. Predictions are jobs of their own, with grants of their own.",
            "每个数据方各自加密保存其模型部分，无人持有整个模型。预测为另外的作业，须另行授权。")
        : new(
            $"{string.Join(", ", question.WholeTo)} gets the whole model, and may use it, export it and show it without asking anybody: every owner's columns by name, with how they are weighed or where they are split.",
            $"{string.Join("、", question.WholeTo)} 得到整个模型，可不经询问即使用、导出和展示：包括各数据方的列名及其权重或分裂点。");

    private static IEnumerable<Bilingual> Sends(bool isOfTrees, bool hasLabels) => !isOfTrees
        ? [new("random shares of its standardized columns", "其标准化列的随机份额")]
        : hasLabels
            ? [new("the gradients of its labels, encrypted; and how the rows of a node divide", "加密的标签梯度，以及各节点的行如何划分")]
            : [new("for each of its columns the encrypted sums of gradients by bin, by the column's number; and how the rows of a node divide", "其每列（仅以编号表示）按箱的加密梯度和，以及各节点的行如何划分")];

    private static IEnumerable<Bilingual> Learns(Plan plan, TrainingQuestion question, PartyId owner)
    {
        yield return new("which of its keys all the others have", "自己哪些键为其余各方共有");
        if (question.Model.Form == ModelForm.Trees && owner == question.Label.Of)
        {
            yield return new(
                "for every node, and every column of the others by its number: the sums of gradients in each bin, which tell much of how the column falls together with the labels",
                "每个节点上、其他方每列（按编号）的各箱梯度和，由此可知该列与标签关系的大部分信息");
        }
        else if (question.Model.Form == ModelForm.Trees)
        {
            yield return new("which rows are in which node of every tree: rows of one node got like scores", "每棵树各节点包含哪些行：同一节点的行得分相近");
        }
        else if (question.Model.Form == ModelForm.Linear)
        {
            yield return new("the loss of every epoch", "每轮的损失");
        }
        else
        {
            yield return new("how many bins each column of the others has, and nothing of the trees", "其他方每列的箱数，对树一无所知");
        }

        yield return new("its own part of the model", "自己的模型部分");
        if (plan.Receivers.Contains(owner)) yield return new("the model's card: how many rows, losses, and the digest of every part", "模型卡片：行数、损失及各部分的摘要");
    }

    private static (long Bytes, double Seconds, long Messages) CostOf(Plan plan, TrainingQuestion question)
    {
        var (rows, owners) = (RowsOf(plan), plan.Owners.Count);
        if (question.Model is ModelChoice.Trees trees)
        {
            if (trees.IsHidden)
            {
                var (shared, levels) = (rows * trees.Count * question.Features.Count * trees.Bins * (1 << trees.Depth), (long)trees.Count * trees.Depth);
                return owners == 2
                    ? ((long)(shared * HiddenPairBytes), shared * HiddenPairSeconds, levels * 120 * 2)
                    : ((long)(rows * trees.Count * ((4 << trees.Depth) + 30) * 24), shared * HiddenSeconds, levels * 120 * 3);
            }

            var work = rows * trees.Count * question.Features.Count(feature => feature.Of != question.Label.Of);
            return ((long)(work * TreeBytes), work * TreeSeconds, 4L * trees.Count * trees.Depth * (owners - 1));
        }

        var linear = (ModelChoice.Linear)question.Model;
        var factor = (double)linear.Epochs * (linear.Kind == LinearKind.Logistic ? SmoothFactor : 1);
        var steps = (long)linear.Epochs * (long)Math.Ceiling(rows / linear.Batch);
        return owners == 2
            ? ((long)(rows * (question.Features.Count + 1) * factor * LinearPairBytes), rows * (question.Features.Count + 1) * factor * LinearPairSeconds, steps * RoundsOfStep * 2)
            : ((long)(rows * factor * LinearBytes), rows * factor * LinearSeconds, steps * RoundsOfStep * 3);
    }

    internal static double RowsOf(Plan plan) => plan.Inputs.Min(IntersectionSizes.MostRows);

    internal static double WaitOf(Plan plan) =>
        CostRates.JobWait + CostRates.StatisticsFixed + (plan.Inputs.Sum(input => (double)IntersectionSizes.MostRows(input)) * (CostRates.Vole.SenderKey + CostRates.SecondsPerRow));

    private static Bilingual Named(ModelChoice model) => model switch
    {
        ModelChoice.Linear { Kind: LinearKind.Regression } => new("a linear regression", "线性回归"),
        ModelChoice.Linear { Kind: LinearKind.Logistic } => new("a logistic regression", "逻辑回归"),
        ModelChoice.Linear => new("a logistic regression with a sigmoid of three pieces", "逻辑回归（三段式 sigmoid）"),
        ModelChoice.Network network => new($"a neural network of {network.Hidden} hidden units in {network.Rounds} rounds", $"{network.Hidden} 个隐单元、{network.Rounds} 轮的神经网络"),
        ModelChoice.Trees { IsHidden: true } trees => new($"{trees.Count} boosted trees of depth {trees.Depth} that nobody sees", $"{trees.Count} 棵深度为 {trees.Depth} 且无人可见的提升树"),
        ModelChoice.Trees trees => new($"{trees.Count} boosted trees of depth {trees.Depth}", $"{trees.Count} 棵深度为 {trees.Depth} 的提升树"),
        _ => throw new ArgumentException("A model without a name.", nameof(model)),
    };
}
