namespace Collab.Plots.Models;

/// <summary>The words in pictures and reports of models, in one language.</summary>
internal sealed record ModelWords
{
    private static ModelWords English { get; } = new()
    {
        LanguageTag = "en", Roc = "ROC curve", FalsePositiveRate = "false positive rate", TruePositiveRate = "true positive rate (recall)", Chance = "by chance",
        Distance = "Kolmogorov–Smirnov", Depth = "share of rows, highest scores first", ShareAbove = "share of the class", ClassOne = "class 1", ClassZero = "class 0", Largest = "largest among those told",
        Lift = "Lift", LiftName = "times the base rate", BaseRate = "base rate", Calibration = "Calibration", Predicted = "mean prediction", Actual = "share of class 1", ActualNumber = "mean label",
        Perfect = "as predicted", Importance = "Importance of features", ImportanceName = "share of all gain", Rows = "rows",
        PointsTold = "The line joins the boundaries that are told; figures named are exact over all rows.", SomeWithheld = "{0} of {1} boundaries are withheld: too few rows between.",
        LogitNote = "Predictions are the chances that belong to mean log-odds.", MoreFeatures = "and {0} more",
    };

    private static ModelWords Chinese { get; } = new()
    {
        LanguageTag = "zh-Hans", Roc = "ROC 曲线", FalsePositiveRate = "假正率", TruePositiveRate = "真正率（召回率）", Chance = "随机",
        Distance = "KS 曲线", Depth = "样本占比（得分由高到低）", ShareAbove = "类别占比", ClassOne = "类别 1", ClassZero = "类别 0", Largest = "已公布点中最大",
        Lift = "提升度", LiftName = "相对基准率的倍数", BaseRate = "基准率", Calibration = "校准图", Predicted = "平均预测值", Actual = "类别 1 的占比", ActualNumber = "平均实际值",
        Perfect = "与预测一致", Importance = "特征重要性", ImportanceName = "占总增益的比例", Rows = "行",
        PointsTold = "折线连接已公布的分界点；所列指标按全部行精确计算。", SomeWithheld = "{1} 个分界点中有 {0} 个因其间行数过少而未公布。",
        LogitNote = "预测值为平均对数几率所对应的概率。", MoreFeatures = "另有 {0} 项",
    };

    public static ModelWords In(PlotLanguage language) => language == PlotLanguage.Chinese ? Chinese : English;

    public required string LanguageTag { get; init; }

    public required string Roc { get; init; }

    public required string FalsePositiveRate { get; init; }

    public required string TruePositiveRate { get; init; }

    public required string Chance { get; init; }

    public required string Distance { get; init; }

    public required string Depth { get; init; }

    public required string ShareAbove { get; init; }

    public required string ClassOne { get; init; }

    public required string ClassZero { get; init; }

    public required string Largest { get; init; }

    public required string Lift { get; init; }

    public required string LiftName { get; init; }

    public required string BaseRate { get; init; }

    public required string Calibration { get; init; }

    public required string Predicted { get; init; }

    public required string Actual { get; init; }

    public required string ActualNumber { get; init; }

    public required string Perfect { get; init; }

    public required string Importance { get; init; }

    public required string ImportanceName { get; init; }

    public required string Rows { get; init; }

    public required string PointsTold { get; init; }

    public required string SomeWithheld { get; init; }

    public required string LogitNote { get; init; }

    public required string MoreFeatures { get; init; }
}
