namespace Collab.Plots.Models;

/// <summary>The words of a report, in one language.</summary>
internal sealed record ReportWords
{
    private static ReportWords English { get; } = new()
    {
        Report = "evaluation of a model", OfClasses = "Joint evaluation of a model that predicts one of two classes. Scores and labels stayed shared among the parties.",
        OfNumbers = "Joint evaluation of a model that predicts a number. Scores and labels stayed shared among the parties.", Model = "Model", Fact = "Fact",
        Figures = "Figures", Figure = "Figure", Value = "Value", Meaning = "Meaning", ClassOne = "Class 1",
        ClassOneMeans = "rows of the class that high scores speak for", ClassZero = "Class 0", ClassZeroMeans = "rows of the other class", BaseRate = "Base rate",
        BaseRateMeans = "share of class 1", AucMeans = "chance that a row of class 1 scores higher than one of class 0, ties counted half",
        KsMeans = "greatest distance of the two classes' distributions of scores", Rows = "Rows", MeanLabel = "Mean label", MeanError = "Mean error",
        MeanErrorMeans = "predicted less actual", MaeMeans = "mean of errors' magnitudes", RmseMeans = "root of the mean squared error",
        DeterminationMeans = "share of the labels' variance that is explained", CutOffs = "Cut-offs", CutOff = "Cut-off", TruePositives = "TP", FalsePositives = "FP",
        FalseNegatives = "FN", TrueNegatives = "TN", Precision = "Precision", Recall = "Recall", Accuracy = "Accuracy", Lift = "Lift", RowsAbove = "Rows above",
        MeanScore = "Mean prediction", Withheld = "withheld: too few rows between this cut-off and another", Bins = "Bins by score",
        BinsMean = "Rows between neighbouring boundaries that are told, from the lowest scores.", Bin = "Bin", BaseRateOfBin = "Share of class 1", Pictures = "Pictures",
        Disclosure = "What was told",
        DisclosureText = "Only totals were opened. Between any two boundaries that are told lie at least {0} rows of each class (of a regression: rows); boundaries nearer than that are withheld. No score and no label was opened.",
        ResultDigest = "Digest of the result",
    };

    private static ReportWords Chinese { get; } = new()
    {
        Report = "模型评估报告", OfClasses = "对二分类模型的联合评估。评估过程中得分与标签始终以分片形式分散在各方。", OfNumbers = "对回归模型的联合评估。评估过程中预测值与标签始终以分片形式分散在各方。", Model = "模型", Fact = "项目",
        Figures = "指标", Figure = "指标", Value = "数值", Meaning = "含义", ClassOne = "类别 1", ClassOneMeans = "高分所指向的类别的行数", ClassZero = "类别 0", ClassZeroMeans = "另一类别的行数",
        BaseRate = "基准率", BaseRateMeans = "类别 1 的占比", AucMeans = "随机取类别 1 与类别 0 各一行，前者得分更高的概率（同分计一半）", KsMeans = "两类得分分布函数的最大差距", Rows = "行数", MeanLabel = "平均实际值",
        MeanError = "平均误差", MeanErrorMeans = "预测值减实际值", MaeMeans = "误差绝对值的平均", RmseMeans = "均方误差的平方根", DeterminationMeans = "可解释的方差占比", CutOffs = "阈值", CutOff = "阈值",
        TruePositives = "真正", FalsePositives = "假正", FalseNegatives = "假负", TrueNegatives = "真负", Precision = "精确率", Recall = "召回率", Accuracy = "准确率", Lift = "提升度",
        RowsAbove = "阈值以上行数", MeanScore = "平均预测值", Withheld = "未公布：与其他分界点之间行数过少", Bins = "按得分分组", BinsMean = "相邻的已公布分界点之间的行，从低分到高分。", Bin = "组",
        BaseRateOfBin = "类别 1 占比", Pictures = "图", Disclosure = "公布范围", DisclosureText = "仅公布汇总数。任意两个已公布的分界点之间，每个类别至少有 {0} 行（回归为总行数）；不足者不予公布。未公布任何单行的得分或标签。",
        ResultDigest = "结果摘要",
    };

    public static ReportWords In(PlotLanguage language) => language == PlotLanguage.Chinese ? Chinese : English;

    public required string Report { get; init; }

    public required string OfClasses { get; init; }

    public required string OfNumbers { get; init; }

    public required string Model { get; init; }

    public required string Fact { get; init; }

    public required string Figures { get; init; }

    public required string Figure { get; init; }

    public required string Value { get; init; }

    public required string Meaning { get; init; }

    public required string ClassOne { get; init; }

    public required string ClassOneMeans { get; init; }

    public required string ClassZero { get; init; }

    public required string ClassZeroMeans { get; init; }

    public required string BaseRate { get; init; }

    public required string BaseRateMeans { get; init; }

    public required string AucMeans { get; init; }

    public required string KsMeans { get; init; }

    public required string Rows { get; init; }

    public required string MeanLabel { get; init; }

    public required string MeanError { get; init; }

    public required string MeanErrorMeans { get; init; }

    public required string MaeMeans { get; init; }

    public required string RmseMeans { get; init; }

    public required string DeterminationMeans { get; init; }

    public required string CutOffs { get; init; }

    public required string CutOff { get; init; }

    public required string TruePositives { get; init; }

    public required string FalsePositives { get; init; }

    public required string FalseNegatives { get; init; }

    public required string TrueNegatives { get; init; }

    public required string Precision { get; init; }

    public required string Recall { get; init; }

    public required string Accuracy { get; init; }

    public required string Lift { get; init; }

    public required string RowsAbove { get; init; }

    public required string MeanScore { get; init; }

    public required string Withheld { get; init; }

    public required string Bins { get; init; }

    public required string BinsMean { get; init; }

    public required string Bin { get; init; }

    public required string BaseRateOfBin { get; init; }

    public required string Pictures { get; init; }

    public required string Disclosure { get; init; }

    public required string DisclosureText { get; init; }

    public required string ResultDigest { get; init; }
}
